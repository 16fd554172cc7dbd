import {
  type AttachedSaga,
  type EngineHealth,
  type EngineSettings,
  type OperatorReason,
  type SagaDefinition,
  type SagaDetails,
  type SagaEngine,
  type SagaFilter,
  type SagaHandle,
  SagaInterruptedError,
  type SagaRef,
  type SagaSummaryPage,
} from '../../core/index.js';
import {
  checkInput,
  checkSame,
  DefinitionRegistry,
  type OperatorCommand,
} from '../../core/engine/index.js';
import { attach } from './attach.js';
import { Deployment } from './deployment.js';
import { Closing, ResultWaiter, type WaiterParts } from './result-waiter.js';
import { startAndAwaitEnd } from './end-request.js';
import { SagaHandler } from './saga-handler.js';
import { Listing } from './listing.js';
import type { RestateSettings } from './options.js';
import { ActiveRuns } from './active-runs.js';
import { runParts, type RunParts } from './restate-run.js';
import { restateSdk } from './sdk.js';
import { RestateServer } from './server.js';
import { checkPlan, sagaServices } from './services.js';
import { startOf } from './start.js';
import { Operations } from './operations.js';
import { Store } from './store.js';
import type { StartInput } from './wire.js';

/** Runs sagas as workflows of a Restate server, in this process or in another that serves them. */
export class RestateEngine implements SagaEngine {
  readonly #registry = new DefinitionRegistry();
  readonly #activeRuns = new ActiveRuns();
  readonly #closing = new Closing();
  readonly #runs: RunParts;
  readonly #server: RestateServer;
  readonly #deployment: Deployment;
  readonly #store: Store;
  readonly #listing: Listing;
  readonly #operations: Operations;
  readonly #waiterParts: WaiterParts;
  #published: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly settings: RestateSettings,
    private readonly given: EngineSettings,
  ) {
    this.#runs = runParts(given);
    this.#server = new RestateServer(settings);
    this.#deployment = new Deployment(settings, this.#server, this.#runs.logger);
    this.#store = new Store(this.#server, this.#runs.storing.codec);
    this.#listing = new Listing(this.#server, () => this.#registry.names);
    this.#operations = new Operations(this.#server, this.#store, this.#registry, this.#runs);
    this.#waiterParts = {
      ...{ runs: this.#runs, server: this.#server, store: this.#store },
      ...{ activeRuns: this.#activeRuns, closing: this.#closing },
      ...{ clock: this.#runs.environment.clock, patienceMs: settings.patienceMs },
    };
  }

  /** @throws SagaDefinitionError also for a name that Restate would refuse. */
  register(definition: SagaDefinition): void {
    checkPlan(definition, this.given);
    this.#registry.register(definition);
    this.#published = undefined;
  }

  definition(name: string, version?: number): SagaDefinition {
    return this.#registry.get(name, version);
  }

  get definitions(): readonly SagaDefinition[] {
    return this.#registry.all;
  }

  open(): Promise<void> {
    // After its close sagas can still be looked at, but are not served.
    if (this.#closed !== undefined) return this.#published ?? Promise.resolve();
    this.#published ??= this.#publish().catch((error: unknown) => {
      // The next call tries again.
      this.#published = undefined;
      throw error;
    });
    return this.#published;
  }

  /** Nothing to do: Restate resumes what was left behind. */
  recover(): Promise<void> {
    return this.open();
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async start(...args: Parameters<SagaEngine['start']>): Promise<SagaHandle> {
    const { ref, input } = this.#startOf(args);
    await this.open();
    const waiter = new ResultWaiter(this.#waiterParts, ref, args[0], input.input);
    if (await this.#server.start(ref, input)) return waiter.handle;
    const { resumeFrom } = input;
    if (resumeFrom === undefined) {
      await this.#checkTaken(ref, args[0], input);
      return waiter.handle;
    }
    // The plan may have been fixed since.
    checkInput(this.#runs.storing.codec, ref, input.input, (await this.#store.taken(ref)).row);
    return this.resume(ref, resumeFrom);
  }

  /** One request instead of two: the start is answered with the end. */
  async begin(...args: Parameters<SagaEngine['start']>): Promise<SagaHandle> {
    const { ref, input } = this.#startOf(args);
    if (input.resumeFrom !== undefined) return this.start(...args);
    await this.open();
    const taken = (): Promise<void> => this.#checkTaken(ref, args[0], input);
    const request = startAndAwaitEnd(this.#server, ref, input, taken);
    return new ResultWaiter(this.#waiterParts, ref, args[0], input.input, request).handle;
  }

  /** Restate, not this process, owns its sagas: there is no lease and no heartbeat. */
  health(): EngineHealth {
    return { activeRuns: this.#activeRuns.atWork, draining: this.#closed !== undefined };
  }

  ping = (): Promise<void> => this.#server.ping();

  get(ref: SagaRef): Promise<SagaDetails | undefined> {
    return this.#store.details(ref);
  }

  attach(ref: SagaRef): Promise<AttachedSaga | undefined> {
    return attach(this.#waiterParts, this.#registry, ref);
  }

  list(filter: SagaFilter): Promise<SagaSummaryPage> {
    return this.#listing.list(filter);
  }

  async cancel(ref: SagaRef, why: string | OperatorReason): Promise<void> {
    await this.open();
    await this.#operations.cancel(ref, why);
  }

  async resume(ref: SagaRef, fromLabel?: string, why?: OperatorReason): Promise<SagaHandle> {
    await this.open();
    const { kept, run } = await this.#operations.resume(ref, fromLabel, why);
    return new ResultWaiter(this.#waiterParts, ref, run.definition, kept.row.input).handle;
  }

  async manual(ref: SagaRef, command: OperatorCommand, why: OperatorReason): Promise<void> {
    await this.open();
    await this.#operations.manual(ref, command, why);
  }

  forget(ref: SagaRef, why?: OperatorReason): Promise<void> {
    return this.#operations.forget(ref, why);
  }

  #startOf([definition, context, options]: Parameters<SagaEngine['start']>) {
    if (this.#closed !== undefined) {
      throw new SagaInterruptedError(definition.name, options.id ?? '(new)', 'shutting down');
    }
    return startOf(this.#runs, this.#registry, definition, context, options);
  }

  /** The id is taken: @throws SagaConflictError when not by the same saga. */
  async #checkTaken(ref: SagaRef, definition: SagaDefinition, input: StartInput): Promise<void> {
    const { row } = await this.#store.taken(ref);
    checkSame(this.#registry, this.#runs.storing.codec, ref, definition, input.input, row);
  }

  async #publish(): Promise<void> {
    if (!this.settings.serves) return;
    const sdk = await restateSdk();
    const { maxRecoveries, retentionMs } = this.settings;
    const parts = { registry: this.#registry, activeRuns: this.#activeRuns, maxRecoveries };
    const handler = new SagaHandler({ ...this.#runs, sdk, ...parts });
    const services = sagaServices(this.#registry.all, { sdk, handler, retentionMs });
    if (services.length > 0) await this.#deployment.publish(sdk, services);
  }

  async #close(): Promise<void> {
    const { drainMs = 10_000 } = this.given;
    await this.#published?.catch(() => undefined);
    await this.#activeRuns.drain(drainMs, this.#runs.environment.clock);
    this.#closing.close();
    await this.#deployment.close();
    this.#server.close();
  }
}
