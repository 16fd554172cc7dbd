import type { SagaDefinition } from '../definition/index.js';
import { STANDARD_ENVIRONMENT, type SagaHandle, type SagaHost } from '../engine/index.js';
import { SagaOptionsError } from '../errors/index.js';
import { refuseTwice } from '../execution/index.js';
import { shownSaga } from '../ports/index.js';
import type { SagaBuilderOptions } from './builder-options.js';
import type { RunView } from './run-view.js';

/** Its end comes after a commit that waits for this call. @throws SagaOptionsError */
function refuseToWait(name: string, id: string): never {
  throw new SagaOptionsError(
    `runAsync() of saga ${shownSaga(name, id)} would wait inside a transaction for what begins after its commit: ` +
      'call start() there, and await the result() of its handle after the commit',
  );
}

/**
 * The saga of one chain on its host. All starts of one chain are of the same saga, whatever became of
 * the first one; `view` shows it as far as this process knows it.
 */
export class HostedChain {
  readonly #host: SagaHost;
  readonly #id: string;
  #running = false;

  constructor(
    private readonly definition: SagaDefinition,
    private readonly context: unknown,
    private readonly options: SagaBuilderOptions,
    private readonly view: RunView,
  ) {
    const { host, environment = STANDARD_ENVIRONMENT } = options;
    const { id = environment.ids() } = options;
    this.#host = host as SagaHost;
    this.#id = id;
  }

  async start(): Promise<SagaHandle> {
    const handle = await this.#accepted();
    this.#show(handle);
    const result = handle.result().then(
      (run) => {
        this.#show(handle, run);
        return run;
      },
      (error: unknown) => {
        this.#show(handle);
        throw error;
      },
    );
    result.catch(ignore);
    return { id: handle.id, result: () => result };
  }

  /** @throws SagaStateError while somebody waits for its end already. */
  async run(resumeFrom: string | undefined): Promise<SagaHandle['saga']> {
    if (this.#running) refuseTwice(this.definition.name, this.#id);
    if (this.options.transaction !== undefined) refuseToWait(this.definition.name, this.#id);
    this.#running = true;
    let handle: SagaHandle | undefined;
    try {
      handle = await this.#begun(resumeFrom);
      this.#show(handle);
      const run = await handle.result();
      this.#show(handle, run);
      return run;
    } catch (error) {
      // A failed saga has results and data to look at, too.
      if (handle !== undefined) this.#show(handle);
      throw error;
    } finally {
      this.#running = false;
    }
  }

  #accepted(resumeFrom?: string): Promise<SagaHandle> {
    return this.#host.start(this.definition, this.context, this.#started(resumeFrom));
  }

  #begun(resumeFrom: string | undefined): Promise<SagaHandle> {
    if (this.#host.begin === undefined) return this.#accepted(resumeFrom);
    return this.#host.begin(this.definition, this.context, this.#started(resumeFrom));
  }

  #started(resumeFrom: string | undefined): SagaBuilderOptions & { readonly resumeFrom?: string } {
    const start = { ...this.options, id: this.#id };
    return resumeFrom === undefined ? start : { ...start, resumeFrom };
  }

  #show({ id, saga }: SagaHandle, ended?: SagaHandle['saga']): void {
    this.view.id = id;
    this.view.run = saga ?? ended ?? this.view.run;
  }
}

function ignore(): void {}
