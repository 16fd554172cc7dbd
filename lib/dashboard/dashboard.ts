import type { PayloadCodec, SagaEngine, SagaLogger, SagaSummary } from '../core/index.js';
import { fullMessageOf, report } from '../core/ports/index.js';
import type { SagaEvents, SagaOperations } from '../nest/index.js';
import type { Call } from './call.js';
import { Feed } from './feed.js';
import { Refusal } from './http.js';
import type { SagaDashboardSettings } from './options.js';
import { RateLimit } from './rate.js';
import { KnownPlans } from './reads/known-plans.js';
import { Cache } from './reads/cache.js';
import { OperatorReads } from './reads/operators.js';
import { SagaReads } from './reads/saga-reads.js';

export interface DashboardConfig {
  readonly settings: SagaDashboardSettings;
  readonly guarded: boolean;
}

/** What the routes of one dashboard work with. */
export class Dashboard {
  readonly acts = new RateLimit(10);
  readonly feed: Feed;
  readonly cache = new Cache();
  readonly plans: KnownPlans;
  #isBulk = false;

  constructor(
    readonly config: DashboardConfig,
    readonly operations: SagaOperations,
    events: SagaEvents,
    readonly engine: SagaEngine,
    private readonly logger: SagaLogger,
    /** Of the engine: reads payloads. */
    readonly codec: PayloadCodec,
  ) {
    this.plans = new KnownPlans(operations, engine.insight, this.cache);
    const { pollMs = 1_000 } = config.settings;
    this.feed = new Feed({ events: events.events$, insight: engine.insight, pollMs });
  }

  get settings(): SagaDashboardSettings {
    return this.config.settings;
  }

  get payloads(): 'off' | 'redacted' | 'full' {
    return this.settings.payloads ?? (this.config.guarded ? 'redacted' : 'off');
  }

  /** Only other processes know its steps, and they can be asked. */
  isElsewhere({ name, version }: SagaSummary): boolean {
    const own = this.plans.definition(name, version);
    const isKnown = own !== undefined && own.version >= version;
    return !isKnown && this.engine.operators !== undefined;
  }

  /** One at a time: each looks at up to 10,000 sagas. @throws Refusal while another one is under way */
  async oneBulk<T>(what: () => Promise<T>): Promise<T> {
    if (this.#isBulk)
      throw new Refusal(429, 'Another bulk act is under way here: try again in a moment');
    this.#isBulk = true;
    try {
      return await what();
    } finally {
      this.#isBulk = false;
    }
  }

  /** Whatever fails here is told to the log, not to the browser. */
  report(error: unknown): void {
    report(this.logger, 'error', 'The saga dashboard has failed', { error: fullMessageOf(error) });
  }

  /** The application shuts down. */
  close(): void {
    this.feed.close();
  }

  /** What one request may read of other operators. */
  async operators(call: Call): Promise<OperatorReads> {
    const { operations, engine } = this;
    return new OperatorReads({ operations, operators: engine.operators }, await call.scope());
  }

  /** What one request may read. */
  async reads(call: Call): Promise<SagaReads> {
    const { operations, plans, engine, codec } = this;
    const sources = { operations, plans, insight: engine.insight, codec };
    return new SagaReads(sources, await call.scope());
  }
}
