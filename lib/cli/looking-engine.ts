import {
  SagaNotFoundError,
  SagaOptionsError,
  type AttachedSaga,
  type EngineHealth,
  type EngineOperators,
  type Journal,
  type JournalInsight,
  type PayloadCodec,
  type SagaDefinition,
  type SagaDetails,
  type SagaEngine,
  type SagaFilter,
  type SagaHandle,
  type SagaRef,
  type SagaSummaryPage,
} from '../core/index.js';
import { detailsOf, summariesOf } from '../core/engine/index.js';
import { quoted } from '../core/ports/index.js';

interface Sources {
  readonly journal: Journal;
  readonly application: string;
  readonly codec: PayloadCodec;
  readonly insight: JournalInsight;
  readonly operators: EngineOperators;
}

function refusal(): SagaOptionsError {
  const text = 'This process knows no saga, and runs none: leave a request for one that does';
  return new SagaOptionsError(text);
}

const refuse = (): Promise<never> => Promise.reject(refusal());

/**
 * A journal as an engine that looks, and knows no saga: it has no lease, owns nothing, and whatever is to be
 * done is a request to others.
 */
export class LookingEngine implements SagaEngine {
  readonly definitions: readonly SagaDefinition[] = [];
  readonly insight: JournalInsight;
  readonly operators: EngineOperators;

  constructor(private readonly sources: Sources) {
    ({ insight: this.insight, operators: this.operators } = sources);
  }

  definition(name: string): SagaDefinition {
    throw new SagaNotFoundError(`No saga ${quoted(name)} is known`);
  }

  health(): EngineHealth {
    return { activeRuns: 0, draining: false };
  }

  async ping(): Promise<void> {
    await this.insight.now();
  }

  async get({ name, id }: SagaRef): Promise<SagaDetails | undefined> {
    const { journal, application, codec } = this.sources;
    const stored = await journal.load({ application, name, id });
    return stored && detailsOf(stored, codec);
  }

  async list(filter: SagaFilter): Promise<SagaSummaryPage> {
    const { journal, application } = this.sources;
    return summariesOf(await journal.list({ ...filter, application }));
  }

  /** The journal is open, and closed by whoever has opened it. */
  async open(): Promise<void> {}
  async recover(): Promise<void> {}
  async close(): Promise<void> {}

  register(): never {
    throw refusal();
  }
  start(): Promise<SagaHandle> {
    return refuse();
  }
  attach(): Promise<AttachedSaga | undefined> {
    return refuse();
  }
  cancel(): Promise<void> {
    return refuse();
  }
  resume(): Promise<SagaHandle> {
    return refuse();
  }
  manual(): Promise<void> {
    return refuse();
  }
  forget(): Promise<void> {
    return refuse();
  }
}
