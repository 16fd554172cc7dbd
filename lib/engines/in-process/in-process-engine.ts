import {
  type EngineHealth,
  type EngineOperators,
  type JournalInsight,
  type OperatorReason,
  type SagaDefinition,
  type SagaDetails,
  type SagaEngine,
  type SagaFilter,
  type SagaHandle,
  SagaInterruptedError,
  SagaJournalError,
  type SagaRef,
  type SagaSummaryPage,
} from '../../core/index.js';
import {
  AttachedSaga,
  checkBarrier,
  insightFor,
  type OperatorCommand,
  OperatorDesk,
} from '../../core/engine/index.js';
import { assemble, type Assembled } from './assemble.js';
import { checkedOptions, checkTransactional } from './checked-options.js';
import type { InProcessEngineOptions } from './engine-options.js';
import { startSaga, type StartOptions } from './start.js';

/** Runs sagas in this process and keeps them in a journal. */
export class InProcessEngine implements SagaEngine {
  readonly #its: Assembled;
  readonly #starting: Parameters<typeof startSaga>[0];
  readonly insight?: JournalInsight;
  readonly operators: EngineOperators;
  #hasOpened = false;
  #opened: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /** @throws SagaOptionsError with everything that is wrong. */
  constructor(private readonly options: InProcessEngineOptions) {
    this.#its = assemble(options, checkedOptions(options));
    const open = (): Promise<void> => this.open();
    this.#starting = { its: this.#its, options, open, ready: () => this.#ready() };
    const { access, reader, storing, environment, logger } = this.#its;
    const { insight } = access.journal;
    if (insight) this.insight = insightFor(insight, access.application, open);
    this.operators = new OperatorDesk(access, reader, storing, { ...environment, logger }, open);
  }

  register(definition: SagaDefinition): void {
    checkTransactional(definition, this.options);
    checkBarrier(definition, this.options);
    this.#its.registry.register(definition);
    this.#its.background.plans.add(definition);
  }

  definition(name: string, version?: number): SagaDefinition {
    return this.#its.registry.get(name, version);
  }

  get definitions(): readonly SagaDefinition[] {
    return this.#its.registry.all;
  }

  open(): Promise<void> {
    this.#hasOpened = true;
    return (this.#opened ??= this.#open());
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  start(definition: SagaDefinition, context: unknown, options: StartOptions): Promise<SagaHandle> {
    try {
      if (this.#closed === undefined)
        return startSaga(this.#starting, definition, context, options);
      throw new SagaInterruptedError(definition.name, options.id ?? '(new)', 'shutting down');
    } catch (error) {
      return Promise.reject(error);
    }
  }

  health(): EngineHealth {
    const draining = this.#closed !== undefined;
    return { activeRuns: this.#its.live.size, draining, ...this.#its.heartbeat.health };
  }

  async ping(): Promise<void> {
    await this.open();
    await this.#its.reader.ping();
  }

  async get(ref: SagaRef): Promise<SagaDetails | undefined> {
    await this.open();
    return this.#its.reader.details(this.#own(ref));
  }

  async attach(ref: SagaRef): Promise<AttachedSaga | undefined> {
    await this.open();
    const { reader, waiter } = this.#its;
    const own = this.#own(ref);
    const run = await reader.findByAnyPlan(own);
    if (run === undefined) return undefined;
    return new AttachedSaga(run, () => waiter.handleOf(own, run.definition).result());
  }

  async list(filter: SagaFilter): Promise<SagaSummaryPage> {
    await this.open();
    return this.#its.reader.list(filter);
  }

  async cancel(ref: SagaRef, why: string | OperatorReason): Promise<void> {
    await this.#ready();
    await this.#its.acts.cancel(this.#own(ref), why);
  }

  async resume(ref: SagaRef, fromLabel?: string, why?: OperatorReason): Promise<SagaHandle> {
    await this.#ready();
    return this.#its.acts.resume(this.#own(ref), fromLabel, why);
  }

  async manual(ref: SagaRef, command: OperatorCommand, why: OperatorReason): Promise<void> {
    await this.#ready();
    await this.#its.acts.command(this.#own(ref), command, why);
  }

  async forget(ref: SagaRef, why?: OperatorReason): Promise<void> {
    await this.open();
    await this.#its.acts.forget(this.#own(ref), why);
  }

  async recover(): Promise<void> {
    await this.open();
    if (this.#closed !== undefined) return;
    const { worker, retention, reports } = this.#its.background;
    await this.#its.inTransaction.verify();
    if (this.options.worker !== false) {
      worker.start();
      retention.start();
    }
    // Not awaited: a report must delay neither the application nor a recovery.
    for (const each of reports) each.start();
  }

  #own(ref: SagaRef): SagaRef {
    return this.#its.reader.checkedRef(ref);
  }

  /** Before this process may own a saga, the journal must know that it is alive; mostly it does. */
  #ready(): Promise<void> | undefined {
    const isReady = this.#closed === undefined && this.#its.lease.left > 0;
    return isReady ? undefined : this.open().then(() => this.#its.lease.ensure());
  }

  async #open(): Promise<void> {
    try {
      if (this.#closed !== undefined) throw new SagaJournalError('The engine was closed');
      await this.#its.heartbeat.start();
    } catch (error) {
      // The next call tries again.
      this.#opened = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    if (!this.#hasOpened) return;
    const { drainMs = 10_000 } = this.options;
    const { live, waiter, afterCommit, background, environment, logger, heartbeat } = this.#its;
    // First of all, so that no further step begins while the journal is being closed.
    live.stopAtBoundary();
    waiter.stop();
    afterCommit.stop();
    for (const each of background.reports) each.stop();
    await this.#opened?.catch(() => undefined);
    background.retention.stop();
    await background.worker.stop();
    await background.requests.stop();
    await live.drain(drainMs, environment.clock, logger);
    await heartbeat.end();
  }
}
