import { randomUUID } from 'node:crypto';

/** What is asked in one turn of the event loop is one commit; the next one waits for it. */
class Turns {
  #asked = [];
  #working = false;

  constructor(commit) {
    this.commit = commit;
  }

  /** Resolves when it is durable. */
  write(what) {
    return new Promise((resolve, reject) => {
      this.#asked.push({ what, resolve, reject });
      if (this.#working) return;
      this.#working = true;
      setImmediate(() => this.#work());
    });
  }

  async #work() {
    while (this.#asked.length > 0) {
      const asked = this.#asked;
      this.#asked = [];
      try {
        await this.commit(asked.map(({ what }) => what));
        for (const { resolve } of asked) resolve();
      } catch (error) {
        for (const { reject } of asked) reject(error);
      }
      // Those that were just told ask for their next write first.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#working = false;
  }
}

const LABELS = ['createOrder', 'reserveStock', 'chargeCard'];
const started = (seq, at, label) => ({ seq, at, type: 'started', label, attempt: 1 });
const done = (seq, at, label, result) => ({ seq, at, type: 'done', label, attempt: 1, result });

/**
 * Three steps whose intents and outcomes are written down as ours are: what is about to run is durable
 * before it does, and so is what came of it. Nothing else is done: no undo, no retry, no lease.
 *
 * @param store `{ lastKey, commit }`, of which `commit` writes a list of
 * `{ saga, seq, now, records, id?, input?, ended? }` in one transaction: the first one of a saga has its id
 * and input, the last one is where it ends.
 */
export function bareSagas({ lastKey, commit }, ledger) {
  const turns = new Turns(commit);
  // In the order of time, as the ids of ours are: what is new stands together in the index.
  const prefix = `${Date.now().toString(16)}-${randomUUID().slice(0, 13)}`;
  let saga = lastKey;
  const placeOrder = async (key, order, input) => {
    const write = (seq, records, more) =>
      turns.write({ saga: key, seq, now, records: JSON.stringify(records), ...more });
    let now = Date.now();
    const id = `${prefix}-${String(key).padStart(10, '0')}`;
    await write(1, [started(1, now, LABELS[0])], { id, input: JSON.stringify(input) });
    for (const [at, label] of LABELS.entries()) {
      ledger.act(order);
      const seq = 2 * at + 2;
      const next = LABELS[at + 1];
      now = Date.now();
      const after = next
        ? started(seq + 1, now, next)
        : { seq: seq + 1, at: now, type: 'completed' };
      await write(seq + 1, [done(seq, now, label, at + 1), after], { ended: next === undefined });
    }
  };
  return () => {
    const input = ledger.open(false);
    return placeOrder((saga += 1), input.order, input);
  };
}
