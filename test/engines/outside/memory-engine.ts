import { randomUUID } from 'node:crypto';
import * as core from 'nestjs-saga-orchestrator/core';
import * as port from 'nestjs-saga-orchestrator/engine';
import {
  isAtRest,
  MemoryRun,
  type ActiveRun,
  type MemorySagas,
  type StoredSaga,
} from './memory-sagas.js';

/**
 * Runs sagas in this process, and keeps them in its memory: an example for who writes an engine for a
 * queue, a workflow server or a database of his own. `core` is what every user of the library has,
 * `port` what engines are made of.
 *
 * Several engines may share the sagas of one process. None of them dies alone, so that there are no
 * leases: what is to be recovered is what one had to leave when it was closed, or when a step came to no
 * outcome.
 */
export class MemoryEngine implements core.SagaEngine {
  readonly #registry = new port.DefinitionRegistry();
  readonly #active = new Set<ActiveRun>();
  readonly #owner = randomUUID();
  readonly #application: string;
  readonly #environment: core.RunEnvironment;
  readonly #logger: core.SagaLogger;
  readonly #storing: port.Storing;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly settings: core.EngineSettings,
    private readonly sagas: MemorySagas,
  ) {
    port.refuseProblems([...port.unknownSettings(settings), ...port.settingsProblems(settings)]);
    const { application = '', codec = core.jsonCodec, limits } = settings;
    const { logger, redact } = port.redacting(settings);
    this.#application = application;
    this.#environment = port.environmentOf(settings);
    this.#logger = logger;
    this.#storing = { codec, limits: port.payloadLimits(limits), redact };
  }

  register(definition: core.SagaDefinition): void {
    this.#registry.register(definition);
  }

  definition(name: string, version?: number): core.SagaDefinition {
    return this.#registry.get(name, version);
  }

  get definitions(): readonly core.SagaDefinition[] {
    return this.#registry.all;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  /** Resumes what nobody works on. Sagas of plans that are unknown here, or newer, are left alone. */
  async recover(): Promise<void> {
    const left = this.sagas.all.filter((saga) => saga.active === undefined && !isAtRest(saga));
    for (const saga of this.#closed === undefined ? left : []) {
      const { application, name, id, version } = saga.row;
      const plan = this.#registry.find(name, version);
      if (application !== this.#application || plan === undefined || plan.version < version)
        continue;
      try {
        this.#takeUp(saga, plan);
      } catch (error) {
        // One that cannot be read stands in the way of no other.
        const what = `Saga ${port.shownSaga(name, id)} cannot be resumed; it is left as it is`;
        port.report(this.#logger, 'error', what, { error: port.fullMessageOf(error) });
      }
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  health(): core.EngineHealth {
    return { activeRuns: this.#active.size, draining: this.#closed !== undefined };
  }

  async start(...[definition, context, options]: Parameters<core.SagaEngine['start']>) {
    const { name, version, fingerprint } = definition;
    const { codec } = this.#storing;
    const { clock, ids } = this.#environment;
    const { startHeaders } = this.settings;
    const createdAt = clock.now();
    const checked = port.startRequest(options, ids, createdAt);
    const request = port.withStartHeaders(checked, startHeaders, name, this.#logger);
    const ref = { application: this.#application, name, id: request.id };
    const input = port.encodeInput(this.#storing, ref, context, this.#logger);
    const { resumeFrom } = options;
    const known = this.sagas.get(ref);
    if (known !== undefined && resumeFrom !== undefined) {
      // The plan may have been mended since.
      port.checkInput(codec, ref, input, known.row);
      return this.#resume(ref, resumeFrom, definition);
    }
    if (known !== undefined) {
      port.checkSame(this.#registry, codec, ref, definition, input, known.row);
      return this.#handleOf(known, definition);
    }
    const saga: StoredSaga = {
      row: {
        ...{ ...ref, ...request, version, fingerprint, input, birth: port.newBirth() },
        ...{
          status: 'running',
          owner: null,
          epoch: 1,
          recoveries: 0,
          cancelReason: null,
          parkReason: null,
          label: null,
          cancelBy: null,
          wakeAt: null,
        },
        ...{ createdAt, updatedAt: createdAt },
      },
      entries: [],
      ordinal: this.sagas.nextOrdinal(),
    };
    this.#refuseWhenClosed(saga);
    const { run } = this.#load(saga, definition);
    if (resumeFrom !== undefined) port.deliver(run, { type: 'resume', from: resumeFrom });
    this.sagas.add(saga);
    return this.#launch(saga, run);
  }

  async get(ref: core.SagaRef): Promise<core.SagaDetails | undefined> {
    const saga = this.#find(ref);
    if (saga === undefined) return undefined;
    const { row, entries } = saga;
    return port.detailsOf({ row, entries, nextSeq: entries.length + 1 }, this.#storing.codec);
  }

  async attach(ref: core.SagaRef): Promise<port.AttachedSaga | undefined> {
    const saga = this.#find(ref);
    if (saga === undefined) return undefined;
    const { run } = this.#load(saga, this.#planOf(saga));
    return new port.AttachedSaga(run, () => this.#handleOf(saga, run.definition).result());
  }

  async list(filter: core.SagaFilter): Promise<core.SagaSummaryPage> {
    port.checkFilter(filter);
    const { application = this.#application } = filter;
    const page = this.sagas.page(core.listQuery({ ...filter, application }));
    const sagas = page.rows.map(port.summaryOf);
    return { ...page, sagas };
  }

  async cancel(ref: core.SagaRef, given: string): Promise<void> {
    const reason = port.checkedText('reason', given, this.#storing.redact);
    await this.#actOn(ref, (saga) => this.#hand(saga, { type: 'cancel', by: 'operator', reason }));
  }

  resume(ref: core.SagaRef, from?: string): Promise<core.SagaHandle> {
    return this.#resume(ref, from);
  }

  async manual(...[ref, command, given]: Parameters<core.SagaEngine['manual']>): Promise<void> {
    const why = port.checkedReason(given, this.#storing.redact);
    await this.#actOn(ref, (saga) => {
      const { deadline } = saga.row;
      const isMissed = deadline !== null && deadline <= this.#environment.clock.now();
      const missedDeadline = isMissed ? deadline : undefined;
      port.resultByHand(this.#storing, saga.row, command, this.#logger);
      this.#hand(saga, { type: 'command', command, ...why, missedDeadline });
    });
  }

  async forget(ref: core.SagaRef): Promise<void> {
    await this.#actOn(ref, (saga) => {
      if (!isAtRest(saga)) port.refuseToForget(ref, saga.row.status);
      this.sagas.delete(saga);
    });
  }

  #find({ name, id }: core.SagaRef): StoredSaga | undefined {
    return this.sagas.get({ application: this.#application, name, id });
  }

  /**
   * Acts in the very turn in which it looks. One that has just come to rest is let go first: nobody
   * drives what would be noted after its end.
   */
  async #actOn<T>(ref: core.SagaRef, act: (saga: StoredSaga) => T): Promise<T> {
    for (;;) {
      const saga = this.#find(ref) ?? port.refuseUnknown(this.#registry, ref);
      if (saga.active?.run.state.atRest !== true) return act(saga);
      await saga.active.handle.result().catch(() => undefined);
    }
  }

  #resume(ref: core.SagaRef, from?: string, plan?: core.SagaDefinition): Promise<core.SagaHandle> {
    const signal: port.ResumeSignal = { type: 'resume', ...(from !== undefined && { from }) };
    return this.#actOn(ref, (saga) => {
      const definition = plan ?? this.#planOf(saga);
      const run = saga.active?.run ?? this.#load(saga, definition).run;
      port.checkFrom(ref, run.definition, signal);
      const isUndoing = run.state.cause !== undefined;
      if (run.isSuccess || (saga.active && !isUndoing)) return this.#handleOf(saga, definition);
      port.accept(ref, run.definition, run.state, signal);
      return this.#takeUp(saga, definition, signal);
    });
  }

  /** A signal for who works on the saga; when nobody does, it is taken up. @throws SagaStateError */
  #hand(saga: StoredSaga, signal: core.SagaSignal): void {
    if (saga.active === undefined) {
      this.#takeUp(saga, this.#planOf(saga), signal);
      return;
    }
    const { run } = saga.active;
    port.deliver(run, signal);
    void run.persistence?.flush();
    if (signal.type !== 'command') return;
    // The one command that a saga takes in while it is worked on: nothing more is to be noted.
    const what = `Saga ${port.shownSaga(run.sagaName, run.sagaId)} was terminated`;
    run.stop(new core.SagaStateError(what), 'now');
  }

  #planOf({ row }: StoredSaga): core.SagaDefinition {
    return this.#registry.get(row.name, row.version);
  }

  /** The run as its records tell it: to look at, or to launch. */
  #load(saga: StoredSaga, definition: core.SagaDefinition): MemoryRun {
    const { id, headers, createdAt } = saga.row;
    const run = new port.Run(definition, undefined, this.#environment, this.#logger, id);
    const log = port.logObserver(this.#logger, this.#environment.clock);
    const { observers = [] } = this.settings;
    run.observers = log === undefined ? observers : [log, ...observers];
    run.origin = { headers, createdAt };
    const stored = new MemoryRun(run, this.#storing, saga);
    run.persistence = stored;
    return stored;
  }

  /** Works on a saga on which nobody does. What was in flight when it was left is in doubt. */
  #takeUp(saga: StoredSaga, plan: core.SagaDefinition, signal?: core.SagaSignal): core.SagaHandle {
    this.#refuseWhenClosed(saga);
    const stored = this.#load(saga, plan);
    stored.checkReadable();
    const { run } = stored;
    port.deliver(run, port.takeOverOf(run, { owner: this.#owner, orderly: true }));
    if (signal !== undefined) port.deliver(run, signal);
    return this.#launch(saga, run);
  }

  #launch(saga: StoredSaga, run: port.Run): core.SagaHandle {
    const { deadline } = saga.row;
    // Not at once: who is told of a record must find that the saga is worked on.
    const driven = Promise.resolve().then(() =>
      deadline === null ? port.drive(run) : port.driveUntil(run, deadline),
    );
    const ended = driven
      .catch((error: unknown) => {
        // Also when it was terminated, which stops the driver with an error of its own.
        throw run.state.status === 'parked' ? port.executionException(run) : error;
      })
      .finally(() => {
        saga.active = undefined;
        this.#active.delete(active);
      });
    // Who wants to know asks the handle.
    ended.catch(() => undefined);
    const handle = { id: run.sagaId, saga: run, result: () => ended };
    const active = { run, handle };
    saga.active = active;
    this.#active.add(active);
    // What has led to this is durable before anybody is answered.
    void run.persistence?.flush();
    return handle;
  }

  /** For who asks for a saga that was started before. */
  #handleOf(saga: StoredSaga, definition: core.SagaDefinition): core.SagaHandle {
    if (saga.active !== undefined) return saga.active.handle;
    if (!isAtRest(saga)) return this.#takeUp(saga, definition);
    const { run } = this.#load(saga, definition);
    const result = async (): Promise<port.Run> => {
      if (run.isSuccess) return run;
      throw port.executionException(run);
    };
    return { id: run.sagaId, saga: run, result };
  }

  #refuseWhenClosed({ row }: StoredSaga): void {
    if (this.#closed === undefined) return;
    throw new core.SagaInterruptedError(row.name, row.id, 'shutting down');
  }

  /** Every run stops at its next step boundary; after `drainMs` at once, wherever it is. */
  async #close(): Promise<void> {
    const { drainMs = 10_000 } = this.settings;
    const active = [...this.#active];
    const stop = (when: 'boundary' | 'now'): void => {
      for (const { run } of active) {
        const why = new core.SagaInterruptedError(run.sagaName, run.sagaId, 'shutting down');
        run.stop(why, when);
      }
    };
    stop('boundary');
    const unschedule = this.#environment.clock.schedule(drainMs, () => stop('now'));
    await Promise.allSettled(active.map(({ handle }) => handle.result()));
    unschedule();
  }
}
