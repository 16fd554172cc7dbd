import type { Journal, PayloadCodec, SagaRef, SagaStatus } from '../core/index.js';
import { codecOf, Reencoder } from '../core/journal/index.js';
import type { Call } from './call.js';
import { pagesOf, upTo } from './pages.js';

/** In any other status somebody may be at work on it. */
const AT_REST: ReadonlySet<SagaStatus> = new Set(['completed', 'compensated', 'parked']);

/** One look at all sagas of an application. */
export interface Pass {
  sagas: number;
  /** Sagas with something that is not encoded as it would be now, and how many texts that are. */
  old: number;
  texts: number;
  /** Those among them that are under way, and are left alone. */
  underWay: number;
  /** The codec encodes one value in many ways: after a pass all is as new as it will be. */
  isNeverSame: boolean;
  /** What was written anew. */
  readonly written: { sagas: number; texts: number };
  /** Sagas with something that cannot be read. */
  readonly unreadable: string[];
}

/** What is kept of the sagas of an application, encoded as its codec would encode it now. */
export class Reencryption {
  constructor(
    private readonly call: Call,
    private readonly journal: Journal,
    private readonly codec: PayloadCodec,
  ) {}

  async pass(isDry: boolean): Promise<Pass> {
    const { call, journal } = this;
    const seen: Pass = {
      sagas: 0,
      old: 0,
      texts: 0,
      underWay: 0,
      isNeverSame: false,
      unreadable: [],
      written: { sagas: 0, texts: 0 },
    };
    const { application } = call;
    for await (const page of pagesOf(journal, { application }, Infinity)) {
      for (const { name, id } of page) {
        if (call.io.signal.aborted) return seen;
        await this.#saga({ application, name, id }, isDry, seen);
      }
    }
    return seen;
  }

  /** How many results by hand in requests that are open are not as new: whoever carries them out must read them. */
  async requests(): Promise<number> {
    const { application } = this.call;
    const open = await upTo(Infinity, async (limit, cursor) => {
      const asked = { application, open: true, limit, ...(cursor && { cursor }) };
      const page = await this.journal.operators.requests(asked);
      return [page.requests, page.nextCursor];
    });
    let old = 0;
    for (const { name, id, result } of open) {
      const looked = new Reencoder(codecOf(this.codec, { application, name, id }));
      if (result !== null) looked.input(result);
      old += looked.changed + looked.unreadable;
    }
    return old;
  }

  async #saga(ref: SagaRef, isDry: boolean, seen: Pass): Promise<void> {
    const looked = new Reencoder(codecOf(this.codec, ref));
    const stored = await this.journal.load(ref);
    if (stored === undefined) return;
    const { row, entries, damage } = stored;
    looked.input(row.input);
    for (const entry of entries) looked.entry(entry);
    const isUnreadable = looked.unreadable > 0 || damage !== undefined || row.damage !== undefined;
    seen.sagas += 1;
    if (isUnreadable) seen.unreadable.push(`${ref.name} '${ref.id}'`);
    if (looked.changed === 0) return;
    seen.isNeverSame ||= looked.isNeverSame;
    seen.old += 1;
    seen.texts += looked.changed;
    const isUnderWay = !AT_REST.has(row.status);
    if (isUnderWay) seen.underWay += 1;
    if (isDry || isUnderWay) return;
    await this.journal.rewrite?.(ref, new Reencoder(codecOf(this.codec, ref)));
    seen.written.sagas += 1;
    seen.written.texts += looked.changed;
  }
}
