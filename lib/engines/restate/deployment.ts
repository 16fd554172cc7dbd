import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type SagaLogger, SagaOptionsError } from '../../core/index.js';
import { fullMessageOf, report } from '../../core/engine/index.js';
import type { RestateSettings } from './options.js';
import type { RestateSdk } from './sdk.js';
import type { RestateServer } from './server.js';
import { SETTINGS, type SagaService } from './services.js';

type Handler = Parameters<Http2Server['on']>[1];

/** This process's port, and what the server knows of it. */
export class Deployment {
  #http: Http2Server | undefined;
  #handler: Handler | undefined;
  readonly #sessions = new Set<ServerHttp2Session>();
  #registered = '';
  #published: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: RestateSettings,
    private readonly server: RestateServer,
    private readonly logger: SagaLogger,
  ) {}

  /**
   * Serves the sagas and makes them known. Idempotent: nothing is changed on the server when it knows
   * them already.
   *
   * @throws SagaOptionsError when the port is taken, or the server does not accept this service;
   * SagaJournalError when it does not answer.
   */
  publish(sdk: RestateSdk, services: readonly SagaService[]): Promise<void> {
    // One after the other: they share the port.
    const publish = (): Promise<void> => this.#publish(sdk, services);
    return (this.#published = this.#published.then(publish, publish));
  }

  async #publish(sdk: RestateSdk, services: readonly SagaService[]): Promise<void> {
    this.#handler = sdk.createEndpointHandler({
      services: [...services],
      identityKeys: [...this.settings.identityKeys],
      logger: (meta, message, ...rest) => {
        const fields = {
          source: meta.source,
          detail: rest.map(fullMessageOf).join(' ').slice(0, 500),
        };
        report(this.logger, 'debug', `Restate SDK: ${fullMessageOf(message)}`, fields);
      },
    }) as Handler;
    this.#http ??= await this.#listen();
    const settings = settingsOf(services);
    const shown = JSON.stringify([...settings]);
    if (this.#registered === shown) return;
    try {
      await this.#register(this.#url(this.#http), settings);
    } catch (error) {
      // A service that could not be registered keeps no port open, and no process alive.
      if (this.#registered === '') await this.close();
      throw error;
    }
    this.#registered = shown;
  }

  /** Stops listening; what is in flight is cut off, and goes on elsewhere. */
  async close(): Promise<void> {
    const http = this.#http;
    if (http === undefined) return;
    this.#http = undefined;
    for (const session of this.#sessions) session.destroy();
    await new Promise<void>((resolve) => http.close(() => resolve()));
  }

  #listen(): Promise<Http2Server> {
    const { host, port } = this.settings;
    const http = createServer();
    http.on('request', (request, response) => {
      // Errors of connections that break: without a listener they would end the process.
      for (const one of [request, response, request.stream]) one.on('error', ignore);
      (this.#handler as (...all: unknown[]) => void)(request, response);
    });
    http.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', ignore);
      session.on('close', () => this.#sessions.delete(session));
    });
    return new Promise((resolve, reject) => {
      let isListening = false;
      // Kept for good: later errors (as when no descriptor is left) must not end the process either.
      http.on('error', (error) => {
        if (isListening) {
          const fields = { host, port, error: fullMessageOf(error) };
          report(this.logger, 'error', 'The port that serves sagas to Restate failed', fields);
          return;
        }
        const why = `service.port ${port} of ${host} cannot be used: ${fullMessageOf(error)}`;
        reject(new SagaOptionsError(why, { cause: error }));
      });
      http.listen(port, host, () => {
        isListening = true;
        resolve(http);
      });
    });
  }

  #url(http: Http2Server): string {
    const { host, publicUrl } = this.settings;
    const { port } = http.address() as AddressInfo;
    return publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  async #register(uri: string, settings: Settings): Promise<void> {
    let answer = await this.server.register(uri, false);
    // Known as it was: sagas were added since, or have other time limits. Those that are in flight go
    // on by their journals. One that belongs to another kind of service (409) is never taken by force.
    if (answer.status === 200 && !knows(answer.text, settings)) {
      answer = await this.server.register(uri, true);
    }
    if (answer.status === 200 || answer.status === 201) {
      const sagas = [...settings.keys()];
      report(this.logger, 'info', `Restate knows the sagas of ${uri}`, { sagas });
      return;
    }
    throw new SagaOptionsError(
      `Restate does not accept the sagas of ${uri}: ${this.server.complaint(answer)}. Can the ` +
        'server reach that URL (service.publicUrl), and does it support this version of the SDK?',
    );
  }
}

function ignore(): void {
  // Its saga goes on elsewhere, by its journal.
}

/** What services are registered with, by name. */
type Settings = ReadonlyMap<string, string | undefined>;

interface KnownService {
  readonly name: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

function settingsOf(services: readonly KnownService[]): Settings {
  const settings = services.map(({ name, metadata }) => [name, metadata?.[SETTINGS]] as const);
  return new Map(settings.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function knows(text: string, settings: Settings): boolean {
  const { services = [] } = JSON.parse(text) as { services?: readonly KnownService[] };
  const known = settingsOf(services);
  return [...settings].every(([name, value]) => known.get(name) === value);
}
