import {
  namesOf,
  refuseProblems,
  unknownProblems,
  wholeProblem,
} from '../../core/definition/index.js';

/** How the Restate server reaches the sagas of this process. */
export interface RestateServiceOptions {
  /** The port that this process serves its sagas on. `0`: any free one. @default 9080 */
  readonly port?: number;
  /** The address to listen on. @default '127.0.0.1', which only a server on this machine reaches */
  readonly host?: string;
  /**
   * The URL under which the server reaches this port: that of the load balancer when there are
   * several replicas. @default http://<host>:<port>
   */
  readonly publicUrl?: string;
}

export interface RestateEngineOptions {
  /** Where sagas are started. @default 'http://127.0.0.1:8080' */
  readonly ingressUrl?: string;
  /** Where they are looked at, and where this service is registered. @default 'http://127.0.0.1:9070' */
  readonly adminUrl?: string;
  /**
   * Where this process serves its sagas to the server. `false`: it only starts them, and others that
   * know the same sagas run them.
   */
  readonly service?: RestateServiceOptions | false;
  /**
   * The server's public keys (`publickeyv1_…`): requests that it has not signed are refused. Give
   * them whenever others can reach the service's port.
   */
  readonly identityKeys?: readonly string[];
  /** Sent with every request to the server: the token of a server that asks for one. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * How long the server keeps a saga that has completed or was compensated, in ms. Until then its id
   * is taken and it can be looked at. Parked ones stay until they are forgotten. @default 30 days
   */
  readonly retentionMs?: number;
  /**
   * How often a saga may be interrupted without progress before it is parked as `recovery-limit`.
   * @default 5
   */
  readonly maxRecoveries?: number;
  /** How long a caller goes on asking a server that does not answer, in ms. @default 30_000 */
  readonly patienceMs?: number;
}

/** The options, checked, with their defaults. */
export interface RestateSettings {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** Whether this process runs sagas, and does not only start them. */
  readonly serves: boolean;
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string | undefined;
  readonly identityKeys: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly retentionMs: number;
  readonly maxRecoveries: number;
  readonly patienceMs: number;
}

const DAY_MS = 86_400_000;
const OPTIONS = namesOf<RestateEngineOptions>({
  ...{ ingressUrl: true, adminUrl: true, service: true, identityKeys: true, headers: true },
  ...{ retentionMs: true, maxRecoveries: true, patienceMs: true },
});
const SERVICE = namesOf<RestateServiceOptions>({ port: true, host: true, publicUrl: true });

function urlProblem(option: string, value: unknown): string | undefined {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.username === '') return undefined;
  return `${option} must be an http(s) URL without credentials`;
}

function keyProblems(keys: readonly string[]): readonly string[] {
  return keys
    .filter((key) => typeof key !== 'string' || !key.startsWith('publickeyv1_'))
    .map(() => `identityKeys must be public keys of the server, which begin with 'publickeyv1_'`);
}

/** @throws SagaOptionsError with everything that is wrong. */
export function restateSettings(options: RestateEngineOptions): RestateSettings {
  const service = options.service === false ? {} : (options.service ?? {});
  const settings = {
    ingressUrl: options.ingressUrl ?? 'http://127.0.0.1:8080',
    adminUrl: options.adminUrl ?? 'http://127.0.0.1:9070',
    serves: options.service !== false,
    port: service.port ?? 9080,
    host: service.host ?? '127.0.0.1',
    publicUrl: service.publicUrl,
    identityKeys: options.identityKeys ?? [],
    headers: options.headers ?? {},
    retentionMs: options.retentionMs ?? 30 * DAY_MS,
    maxRecoveries: options.maxRecoveries ?? 5,
    patienceMs: options.patienceMs ?? 30_000,
  };
  refuseProblems([
    ...unknownProblems('restateEngine', options, OPTIONS),
    ...unknownProblems('service', service, SERVICE),
    urlProblem('ingressUrl', settings.ingressUrl),
    urlProblem('adminUrl', settings.adminUrl),
    settings.publicUrl === undefined
      ? undefined
      : urlProblem('service.publicUrl', settings.publicUrl),
    wholeProblem('service.port', settings.port, 0, 65_535),
    wholeProblem('retentionMs', settings.retentionMs, 60_000, 3_650 * DAY_MS),
    wholeProblem('maxRecoveries', settings.maxRecoveries, 1, 1_000),
    wholeProblem('patienceMs', settings.patienceMs, 0, DAY_MS),
    ...keyProblems(settings.identityKeys),
  ]);
  return settings;
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
