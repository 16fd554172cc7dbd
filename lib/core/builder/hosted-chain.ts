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

  start(): Promise<SagaHandle> {
    return this.#start(false);
  }

  /** @throws SagaStateError while somebody waits for its end already. */
  async run(resumeFrom: string | undefined): Promise<SagaHandle['saga']> {
    if (this.#running) refuseTwice(this.definition.name, this.#id);
    if (this.options.transaction !== undefined) refuseToWait(this.definition.name, this.#id);
    this.#running = true;
    try {
      return await (await this.#start(true, resumeFrom)).result();
    } finally {
      this.#running = false;
    }
  }

  async #start(waits: boolean, resumeFrom?: string): Promise<SagaHandle> {
    const { definition, context, view } = this;
    const host = this.#host;
    const start = { ...this.options, id: this.#id };
    const options = resumeFrom === undefined ? start : { ...start, resumeFrom };
    const handle =
      waits && host.begin !== undefined
        ? await host.begin(definition, context, options)
        : await host.start(definition, context, options);
    view.id = handle.id;
    view.run = handle.saga ?? view.run;
    const result = handle.result().then(
      (run) => {
        view.run = handle.saga ?? run;
        return run;
      },
      (error: unknown) => {
        // A failed saga has results and data to look at, too.
        view.run = handle.saga ?? view.run;
        throw error;
      },
    );
    result.catch(ignore);
    return { id: handle.id, result: () => result };
  }
}

function ignore(): void {}
