import {
  groupProblem,
  isGroup,
  namesOf,
  refuseProblems,
  unknownProblems,
  wholeProblem,
  withoutUndefined,
} from '../../core/engine/index.js';
import {
  exposureProblem,
  headersProblems,
  hostProblem,
  keyProblems,
  urlProblem,
} from './address-checks.js';

/** How the Restate server reaches the sagas of this process. */
export interface RestateServiceOptions {
  /** The port that this process serves its sagas on. `0`: any free one. @default 9080 */
  readonly port?: number;
  /**
   * The address to listen on; any other than a loopback one needs `identityKeys`.
   * @default '127.0.0.1', which only a server on this machine reaches
   */
  readonly host?: string;
  /**
   * The URL under which the server reaches this port: that of the load balancer when there are
   * several replicas. @default http://<host>:<port>
   */
  readonly publicUrl?: string;
}

export interface RestateEngineOptions {
  /** Where sagas are started; without credentials. @default 'http://127.0.0.1:8080' */
  readonly ingressUrl?: string;
  /** Where they are looked at, and where this service is registered. @default 'http://127.0.0.1:9070' */
  readonly adminUrl?: string;
  /**
   * Where this process serves its sagas to the server. `false`: it only starts them, and others that
   * know the same sagas run them.
   */
  readonly service?: RestateServiceOptions | false;
  /**
   * The server's public keys (`publickeyv1_…`): requests that it has not signed are refused. Needed
   * where `service.host` is no loopback address: others could run your steps.
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
  /** How long a call is repeated while the server does not answer, in ms. @default 30_000 */
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
const PORT = 9080;
const HOST = '127.0.0.1';
const DEFAULTS = {
  ingressUrl: 'http://127.0.0.1:8080',
  adminUrl: 'http://127.0.0.1:9070',
  identityKeys: [],
  headers: {},
  retentionMs: 30 * DAY_MS,
  maxRecoveries: 5,
  patienceMs: 30_000,
};
const SERVICE = namesOf<RestateServiceOptions>({ port: true, host: true, publicUrl: true });

function serviceProblems(service: unknown, identityKeys: unknown): readonly (string | undefined)[] {
  if (service === false) return [];
  if (!isGroup(service)) return [`${groupProblem('service', service)}; false serves none`];
  const { port = PORT, host = HOST, publicUrl } = service;
  return [
    ...unknownProblems('service', service, SERVICE),
    wholeProblem('service.port', port, 0, 65_535),
    hostProblem(host),
    exposureProblem(host as string, identityKeys),
    urlProblem('service.publicUrl', publicUrl),
  ];
}

/** @throws SagaOptionsError with everything that is wrong. */
export function restateSettings(options: RestateEngineOptions): RestateSettings {
  if (!isGroup(options)) refuseProblems([groupProblem('what restateEngine() is given', options)]);
  const { service = {}, ...given } = options;
  const { port = PORT, host = HOST, publicUrl } = service === false ? {} : (service ?? {});
  const settings = { ...DEFAULTS, ...withoutUndefined(given) };
  const { retentionMs, maxRecoveries, patienceMs, identityKeys, ingressUrl, adminUrl } = settings;
  refuseProblems([
    ...unknownProblems('restateEngine()', options, OPTIONS),
    urlProblem('ingressUrl', ingressUrl),
    urlProblem('adminUrl', adminUrl),
    ...serviceProblems(service, identityKeys),
    wholeProblem('retentionMs', retentionMs, 60_000, 3_650 * DAY_MS),
    wholeProblem('maxRecoveries', maxRecoveries, 1, 1_000),
    wholeProblem('patienceMs', patienceMs, 0, DAY_MS),
    ...keyProblems(identityKeys),
    ...headersProblems(settings.headers),
  ]);
  return { ...settings, serves: service !== false, port, host, publicUrl };
}
