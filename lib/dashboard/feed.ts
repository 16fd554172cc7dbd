import type { Observable, Subscription } from 'rxjs';
import type { JournalInsight, SagaEvent } from '../core/index.js';

/** The stream of one browser. */
interface Stream {
  write(text: string): unknown;
  end(): unknown;
}

export interface FeedSource {
  /** What happens in this process. */
  readonly events: Observable<SagaEvent>;
  /** Who knows what happens in all of them. */
  readonly insight: JournalInsight | undefined;
  readonly pollMs: number;
}

const COMMENT_MS = 25_000;
/** Where nobody tells of other processes, the page looks by itself. */
const LOOK_MS = 10_000;

const said = (event: string, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: {}\n\n`;

/** Tells browsers that something has changed. It works, and asks the journal, only while one listens. */
export class Feed {
  readonly #streams = new Set<Stream>();
  #events: Subscription | undefined;
  #timers: NodeJS.Timeout[] = [];
  #cursor: string | undefined;
  #isAsking = false;
  #isClosed = false;

  constructor(private readonly source: FeedSource) {}

  /** `since`: what the browser heard last, before its stream was cut off. */
  add(stream: Stream, since?: string): void {
    // Browsers come again at once, also while the application drains.
    if (this.#isClosed) return void stream.end();
    this.#streams.add(stream);
    stream.write(said(this.source.insight === undefined ? 'partial' : 'live'));
    // Since it was last told, or since its page was read, before the stream was there.
    if (since === undefined || since !== this.#cursor) stream.write(said('changed'));
    if (this.#streams.size === 1) this.#start();
  }

  remove(stream: Stream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#stop();
  }

  close(): void {
    this.#isClosed = true;
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
    this.#stop();
  }

  #start(): void {
    const { events, insight, pollMs } = this.source;
    this.#every(COMMENT_MS, () => this.#tell(':\n\n'));
    if (insight !== undefined) return this.#every(pollMs, () => void this.#ask(insight));
    const changed = (): void => this.#tell(said('changed'));
    this.#events = events.subscribe(changed);
    this.#every(LOOK_MS, changed);
  }

  #every(ms: number, what: () => void): void {
    this.#timers.push(setInterval(what, ms).unref());
  }

  /** One question at a time; a journal that does not answer is asked again. */
  async #ask(insight: JournalInsight): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const cursor = this.#cursor;
      const changes = await insight.changes(cursor === undefined ? {} : { cursor });
      this.#cursor = changes.cursor;
      // Without a cursor nobody tells what has happened before it.
      const isNew = cursor === undefined || (changes.refs.length > 0 && changes.cursor !== cursor);
      if (isNew || changes.isPartial) this.#tell(said('changed', changes.cursor));
    } catch {
      this.#cursor = undefined;
    } finally {
      this.#isAsking = false;
    }
  }

  #stop(): void {
    this.#events?.unsubscribe();
    this.#events = undefined;
    this.#cursor = undefined;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
  }

  #tell(text: string): void {
    for (const stream of this.#streams) stream.write(text);
  }
}
