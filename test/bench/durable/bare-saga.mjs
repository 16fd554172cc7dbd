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
const completed = (seq, at) => ({ seq, at, type: 'completed' });

/**
 * Three steps, written down as ours are: that one is about to run is durable before it does, and what came
 * of it before the next one. Nothing else is done: no undo, no retry, no lease, no look at a value.
 *
 * @param store `{ lastKey, commit }`, of which `commit` writes a list of
 * `{ saga, seq, now, records, id?, input?, ended? }` in one transaction: the first one of a saga has its id
 * and input, the last one is where it ends.
 */
export function bareSagas({ lastKey, commit }, ledger) {
  const turns = new Turns(commit);
  // In the order of time, as the ids of ours are: what is new stands together in the index.
  const prefix = `${Date.now().toString(16)}-${randomUUID().slice(0, 13)}`;
  const act = async (order, result) => {
    ledger.act(order);
    return result;
  };
  const write = (saga, seq, now, records, more) =>
    turns.write({ saga, seq, now, records: JSON.stringify(records), ...more });
  let last = lastKey;
  return async () => {
    const order = ledger.open(false);
    const saga = (last += 1);
    const id = `${prefix}-${String(saga).padStart(10, '0')}`;
    let now = Date.now();
    const input = JSON.stringify(order);
    await write(saga, 1, now, [started(1, now, LABELS[0])], { id, input });
    for (let step = 1; step <= LABELS.length; step++) {
      const result = await act(order.order, step);
      now = Date.now();
      const seq = 2 * step + 1;
      const ended = step === LABELS.length;
      const next = ended ? completed(seq, now) : started(seq, now, LABELS[step]);
      const records = [done(seq - 1, now, LABELS[step - 1], result), next];
      await write(saga, seq, now, records, { ended });
    }
  };
}
