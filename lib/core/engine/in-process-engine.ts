import { randomUUID } from 'node:crypto';
import { STANDARD_ENVIRONMENT, type SagaHandle, type SagaStartOptions } from '../builder/index.js';
import type { SagaDefinition } from '../definition/index.js';
import { SagaInterruptedError, SagaNotFoundError, SagaStateError } from '../errors/index.js';
import type { Run, RunEnvironment } from '../execution/index.js';
import {
  jsonCodec,
  PAYLOAD_LIMITS,
  type SagaFilter,
  type SagaRef,
  type StoredSaga,
} from '../journal/index.js';
import { firstOpenLabel, refusalToCancel, resumeRecord } from '../machine/index.js';
import { attach, checkSame } from './attach.js';
import type { InProcessEngineOptions } from './engine-options.js';
import { JournaledRun } from './journaled-run.js';
import { AlreadyExists, type Journaling } from './journaling.js';
import { LiveSagas } from './live-sagas.js';
import { detailsOf, summaryOf } from './details.js';
import { DefinitionRegistry } from './registry.js';
import { RunFactory } from './run-factory.js';
import { startRequest } from './start-request.js';
import type { SagaDetails, SagaEngine, SagaSummaryPage } from './saga-engine.js';

/** Runs sagas in this process and keeps them in a journal. */
export class InProcessEngine implements SagaEngine {
  readonly #registry = new DefinitionRegistry();
  readonly #live = new LiveSagas();
  readonly #environment: RunEnvironment;
  readonly #journaling: Journaling;
  readonly #runs: RunFactory;
  #opened: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(private readonly options: InProcessEngineOptions) {
    this.#environment = options.environment ?? STANDARD_ENVIRONMENT;
    this.#journaling = {
      journal: options.journal,
      codec: options.codec ?? jsonCodec,
      limits: { ...PAYLOAD_LIMITS, ...options.limits },
      owner: randomUUID(),
    };
    const { logger, observers } = options;
    this.#runs = new RunFactory(this.#journaling, this.#environment, logger, observers);
  }

  register(definition: SagaDefinition): void {
    this.#registry.register(definition);
  }

  definition(name: string, version?: number): SagaDefinition {
    return this.#registry.get(name, version);
  }

  get definitions(): readonly SagaDefinition[] {
    return this.#registry.all;
  }

  open(): Promise<void> {
    return (this.#opened ??= this.options.journal.open());
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
    const { clock, ids } = this.#environment;
    const request = startRequest(options, ids, clock.now());
    const input = this.#runs.encodeInput(definition, request, context);
    await this.open();
    const ref = { name: definition.name, id: request.id };
    if (options.resumeFrom !== undefined && (await this.options.journal.get(ref)) !== undefined) {
      return this.resume(ref, options.resumeFrom, definition);
    }
    const running = this.#live.get(ref);
    if (running !== undefined) {
      checkSame(definition, input, running);
      return running.handle;
    }
    const run = this.#runs.create(definition, request, input);
    if (options.resumeFrom !== undefined) {
      run.note(resumeRecord(definition, run.state, options.resumeFrom));
    }
    const live = this.#live.launch(run, definition, input, request.deadline);
    try {
      await live.durable;
      return live.handle;
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error;
      checkSame(definition, input, error.row);
      return attach(ref, this.#live, this.#environment.clock, () => this.#view(ref, definition));
    }
  }

  async get(ref: SagaRef): Promise<SagaDetails | undefined> {
    await this.open();
    const stored = await this.options.journal.load(ref);
    return stored && detailsOf(stored, this.#journaling.codec);
  }

  async list(filter: SagaFilter): Promise<SagaSummaryPage> {
    await this.open();
    const { rows, nextCursor } = await this.options.journal.list(filter);
    const sagas = rows.map(summaryOf);
    return nextCursor === undefined ? { sagas } : { sagas, nextCursor };
  }

  async cancel(ref: SagaRef, reason: string): Promise<void> {
    const live = this.#live.get(ref);
    if (live === undefined) return this.#cancelElsewhere(ref, reason);
    const { run } = live;
    if (run.state.cancel !== undefined) return;
    const refusal = refusalToCancel(run.state);
    if (refusal !== undefined)
      throw new SagaStateError(`Cannot cancel ${shownRef(ref)}: ${refusal}`);
    run.requestCancel('operator', reason);
    await run.persistence?.flush();
  }

  async resume(
    ref: SagaRef,
    fromLabel?: string,
    definition = this.#registry.get(ref.name),
  ): Promise<SagaHandle> {
    await this.open();
    const live = this.#live.get(ref);
    if (live !== undefined) return live.handle;
    const stored = await this.#stored(ref);
    const seen = this.#runs.load(definition, stored);
    const from = fromLabel ?? firstOpenLabel(definition, seen.state);
    if (seen.isSuccess) return { id: ref.id, result: () => Promise.resolve(seen) };
    const resumed = resumeRecord(definition, seen.state, from);
    const { owner, journal } = this.#journaling;
    const [row] = await journal.claim({ owner, names: [ref.name], limit: 1, id: ref.id });
    if (row === undefined) {
      throw new SagaStateError(`Cannot resume ${shownRef(ref)}: another process works on it`);
    }
    const claimed = await this.#stored(ref);
    const run = this.#runs.load(definition, claimed);
    run.note({ type: 'recovered', owner });
    run.note(resumed);
    return this.#live.launch(run, definition, row.input, row.deadline).handle;
  }

  async #stored(ref: SagaRef): Promise<StoredSaga> {
    const stored = await this.options.journal.load(ref);
    if (stored === undefined) throw new SagaNotFoundError(`No saga ${shownRef(ref)} is known`);
    return stored;
  }

  async #view(ref: SagaRef, definition: SagaDefinition): Promise<Run> {
    return this.#runs.load(definition, await this.#stored(ref));
  }

  async #cancelElsewhere(ref: SagaRef, reason: string): Promise<void> {
    await this.open();
    const run = await this.#view(ref, this.#registry.get(ref.name));
    const refusal = refusalToCancel(run.state);
    if (refusal !== undefined)
      throw new SagaStateError(`Cannot cancel ${shownRef(ref)}: ${refusal}`);
    await this.options.journal.requestCancel(ref, reason);
  }

  async #close(): Promise<void> {
    if (this.#opened === undefined) return;
    await this.#opened;
    const { journal, drainMs = 10_000 } = this.options;
    const left = await this.#live.drain(drainMs, this.#environment.clock);
    for (const { run } of left) {
      const { epoch } = run.persistence as JournaledRun;
      await journal.release({ name: run.sagaName, id: run.sagaId }, epoch);
    }
    await journal.leave(this.#journaling.owner);
    await journal.close();
  }
}

function shownRef(ref: SagaRef): string {
  return `${ref.name} ${ref.id}`;
}
