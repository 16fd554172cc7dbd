import {
  type EngineHealth,
  type OperatorReason,
  type SagaDefinition,
  type SagaDetails,
  type SagaEngine,
  type SagaFilter,
  type SagaHandle,
  SagaInterruptedError,
  SagaJournalError,
  type SagaRef,
  type SagaStartOptions,
  type SagaSummaryPage,
} from '../../core/index.js';
import {
  checkInput,
  checkSame,
  deliver,
  type OperatorCommand,
  startRequest,
  withStartHeaders,
} from '../../core/engine/index.js';
import { assemble } from './assemble.js';
import { accepted } from './runs/accepted-start.js';
import { checkedOptions } from './checked-options.js';
import { bootReport } from './recovery/boot-report.js';
import { listed, lookedUp } from './runs/reads.js';
import type { InProcessEngineOptions } from './engine-options.js';
import { checkedRef, type EngineParts } from './engine-parts.js';
import type { ActiveRun } from './runs/active-run.js';

/** Runs sagas in this process and keeps them in a journal. */
export class InProcessEngine implements SagaEngine {
  readonly #parts: EngineParts;
  /** Its parts that have a life of their own. */
  readonly #its: Omit<ReturnType<typeof assemble>, 'parts'>;
  #hasOpened = false;
  #opened: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  /** @throws SagaOptionsError with everything that is wrong. */
  constructor(private readonly options: InProcessEngineOptions) {
    const { parts, ...its } = assemble(options, checkedOptions(options));
    this.#parts = parts;
    this.#its = its;
  }

  register(definition: SagaDefinition): void {
    this.#parts.registry.register(definition);
  }

  definition(name: string, version?: number): SagaDefinition {
    return this.#parts.registry.get(name, version);
  }

  get definitions(): readonly SagaDefinition[] {
    return this.#parts.registry.all;
  }

  open(): Promise<void> {
    this.#hasOpened = true;
    return (this.#opened ??= this.#open());
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async start(
    definition: SagaDefinition,
    context: unknown,
    options: SagaStartOptions & { readonly resumeFrom?: string },
  ): Promise<SagaHandle> {
    if (this.#closed !== undefined) {
      throw new SagaInterruptedError(definition.name, options.id ?? '(new)', 'shutting down');
    }
    const { environment, journaling, live, runs, logger } = this.#parts;
    const checked = startRequest(options, environment.ids, environment.clock.now());
    const { startHeaders } = this.options;
    const request = withStartHeaders(checked, startHeaders, definition.name, logger);
    const input = runs.encodeInput(definition, request, context);
    await this.#ready();
    const ref = { application: journaling.application, name: definition.name, id: request.id };
    const { resumeFrom } = options;
    const stored = resumeFrom === undefined ? undefined : await this.options.journal.get(ref);
    if (stored !== undefined) {
      // The plan may have been mended since.
      checkInput(journaling.codec, ref, input, stored);
      return this.#its.operations.resume(ref, resumeFrom, definition);
    }
    const running = live.get(ref);
    if (running !== undefined) {
      checkSame(journaling.codec, ref, definition, input, running);
      return this.#accepted(running, definition);
    }
    const run = runs.create(definition, request, input);
    if (resumeFrom !== undefined) deliver(run, { type: 'resume', from: resumeFrom });
    return this.#accepted(live.launch(run, input, request.deadline), definition);
  }

  health(): EngineHealth {
    const draining = this.#closed !== undefined;
    return { activeRuns: this.#parts.live.size, draining, ...this.#its.ownership.health };
  }

  async get(ref: SagaRef): Promise<SagaDetails | undefined> {
    await this.open();
    return lookedUp(this.#parts.journaling, this.#own(ref));
  }

  async list(filter: SagaFilter): Promise<SagaSummaryPage> {
    await this.open();
    return listed(this.#parts.journaling, filter);
  }

  async cancel(ref: SagaRef, reason: string): Promise<void> {
    await this.#ready();
    await this.#its.operations.cancel(this.#own(ref), reason);
  }

  async resume(ref: SagaRef, fromLabel?: string): Promise<SagaHandle> {
    await this.#ready();
    return this.#its.operations.resume(this.#own(ref), fromLabel);
  }

  async manual(ref: SagaRef, wish: OperatorCommand, why: OperatorReason): Promise<void> {
    await this.#ready();
    await this.#its.operations.manual(this.#own(ref), wish, why);
  }

  async forget(ref: SagaRef): Promise<void> {
    await this.open();
    await this.#its.operations.forget(this.#own(ref));
  }

  async recover(): Promise<void> {
    await this.open();
    if (this.#closed !== undefined) return;
    if (this.options.worker !== false) {
      this.#its.worker.start();
      this.#its.retention.start();
    }
    // Beside it: what is merely told delays neither the application nor a recovery.
    this.#its.unknown.start();
    void bootReport(this.#parts, () => this.#closed !== undefined);
  }

  #own(ref: SagaRef): SagaRef {
    return checkedRef(this.#parts.journaling, ref);
  }

  #accepted(live: ActiveRun, definition: SagaDefinition): Promise<SagaHandle> {
    return accepted(this.#parts, live, definition, this.#its.remote);
  }

  /** Before this process may own anything: it must be known to live. */
  async #ready(): Promise<void> {
    await this.open();
    await this.#parts.journaling.lease.ensure();
  }

  async #open(): Promise<void> {
    try {
      if (this.#closed !== undefined) throw new SagaJournalError('The engine was closed');
      await this.#its.ownership.start();
    } catch (error) {
      // The next call tries again.
      this.#opened = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    if (!this.#hasOpened) return;
    const { drainMs = 10_000 } = this.options;
    const { live, environment, logger } = this.#parts;
    // First of all: while the journal answers, no further step begins.
    live.stopAtBoundary();
    this.#its.remote.stop();
    await this.#opened?.catch(() => undefined);
    this.#its.retention.stop();
    this.#its.unknown.stop();
    await this.#its.worker.stop();
    await live.drain(drainMs, environment.clock, logger);
    await this.#its.ownership.end();
  }
}
