import {
  isSagaError,
  type Journal,
  type JournalBatch,
  type JournalEntry,
  type NewSaga,
} from 'nestjs-saga-orchestrator/core';

export const NAME = 'TransferMoney';
export const OWNER = 'process-anna';

function entry(seq: number): JournalEntry {
  return { seq, at: 1, epoch: 1, head: `{"seq":${seq}}`, result: null, context: null };
}

export function newSaga(id: string): NewSaga {
  const saga = {
    name: NAME,
    id,
    version: 1,
    fingerprint: 'f',
    status: 'running',
    key: null,
  } as const;
  return { ...saga, tags: {}, deadline: null, input: '{}', owner: OWNER, entries: [entry(1)] };
}

export function batchOf(id: string, seq: number): JournalBatch {
  const batch = { ref: { name: NAME, id }, owner: OWNER, epoch: 1, entries: [entry(seq)] };
  return { ...batch, status: 'running', progress: true };
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}

/** What a saga was told of its records: at least `acknowledged` of them, at most `sent`. */
interface Told {
  readonly id: string;
  created: boolean;
  acknowledged: number;
  sent: number;
  failure?: unknown;
}

export const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Sagas that append one record after the other until they are stopped or fail. */
export class Load {
  readonly told: Told[] = [];
  #stopped = false;
  readonly #ended: Promise<void>[] = [];

  constructor(
    private readonly journal: Journal,
    private readonly tag: string,
  ) {}

  start(sagas: number): this {
    for (let index = 0; index < sagas; index++) this.#ended.push(this.#run(index));
    return this;
  }

  /** Lets it work until as many sagas more have begun as it works on at once. */
  async progress(): Promise<void> {
    const enough = this.told.length + this.#ended.length;
    await wait(150);
    while (this.told.length < enough) await wait(20);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#ended);
  }

  async #run(index: number): Promise<void> {
    for (let round = 0; !this.#stopped; round++) {
      const id = `${this.tag}-${index}-${round}`;
      const told: Told = { id, created: false, acknowledged: 0, sent: 0 };
      this.told.push(told);
      try {
        await this.#one(told);
      } catch (failure) {
        told.failure = failure;
      }
    }
  }

  async #one(told: Told): Promise<void> {
    told.sent = 1;
    const existing = await this.journal.create(newSaga(told.id));
    // Nobody else creates it: to be told that it exists is to be told of one's own lost commit.
    if (existing !== undefined) throw new Error(`${told.id} was said to exist already`);
    told.created = true;
    told.acknowledged = 1;
    for (let seq = 2; seq <= 8 && !this.#stopped; seq++) {
      told.sent = seq;
      await this.journal.append(batchOf(told.id, seq));
      told.acknowledged = seq;
    }
  }
}

/** Nothing that was acknowledged is lost, nothing is there twice or out of order. */
export async function verify(journal: Journal, told: readonly Told[]): Promise<{ failed: number }> {
  let failed = 0;
  for (const { id, acknowledged, sent, failure } of told) {
    const seqs = ((await journal.load({ name: NAME, id }))?.entries ?? []).map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => index + 1));
    expect(seqs.length).toBeGreaterThanOrEqual(acknowledged);
    expect(seqs.length).toBeLessThanOrEqual(sent);
    if (failure === undefined) continue;
    failed += 1;
    // Never as a lost lease: nobody took anything over.
    expect(isSagaError(failure, 'SAGA_JOURNAL') ? '' : errorText(failure)).toBe('');
  }
  return { failed };
}
