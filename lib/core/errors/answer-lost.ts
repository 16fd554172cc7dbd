import { isSagaError } from './saga-error.js';

/** Decides whether what an attempt threw leaves open if its effect took place. Looks, and changes nothing. */
export type UnknownWhen = (error: unknown) => boolean;

/** What one error says of a request: it may have been heard, or it surely never arrived. */
type Evidence = 'lost' | 'never-arrived' | undefined;

/** Bounds of what is looked at, against errors that are made to be endless. */
const MAX_DEPTH = 50;
const MAX_ERRORS = 1_000;

const LOST_CODES: ReadonlySet<unknown> = new Set([
  // Sockets, and what HTTP clients make of them
  ...['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ENETRESET'],
  ...['ERR_CANCELED', 'ERR_NETWORK', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE'],
  ...['ERR_HTTP2_STREAM_ERROR', 'ERR_HTTP2_STREAM_CANCEL', 'ERR_HTTP2_SESSION_ERROR'],
  // undici
  ...['UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED'],
  ...['UND_ERR_DESTROYED', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
  // Databases: lost in the middle of a statement, or of a commit (SQLSTATE)
  ...['PROTOCOL_CONNECTION_LOST', '08006', '08007', '40003'],
]);
const NEVER_ARRIVED_CODES: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_CLOSED', 'ERR_SOCKET_CONNECTION_TIMEOUT'],
]);
const LOST_NAMES: ReadonlySet<unknown> = new Set([
  // DOM (an aborted `fetch`, `AbortSignal.timeout()`), rxjs; axios; undici, of what is no HTTP
  ...['AbortError', 'TimeoutError', 'CanceledError', 'HTTPParserError'],
]);
/** Of a gateway that waited in vain, or lost who it waited for. A 500 or 503 is an answer of the application. */
const LOST_STATUSES: ReadonlySet<unknown> = new Set([408, 499, 502, 504, 522, 523, 524]);
const GRPC_LOST: ReadonlySet<unknown> = new Set([1, 2, 4]);
const GRPC_UNAVAILABLE = 14;
const NO_CONNECTION =
  /no connection established|name resolution failed|failed to connect|connect failed|before call started|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH/i;

/** A property of whatever was thrown; a getter or a proxy may throw itself. */
function read(from: unknown, name: string): unknown {
  if (typeof from !== 'object' || from === null) return undefined;
  try {
    return (from as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

/** What a method without parameters says, as Nest's exceptions have them. */
function ask(of: object, name: string): unknown {
  const method = read(of, name);
  try {
    return typeof method === 'function' ? method.call(of) : undefined;
  } catch {
    return undefined;
  }
}

/** The HTTP statuses that an error tells of, wherever clients and Nest put them. */
function statusesOf(error: object): readonly number[] {
  const response = read(error, 'response');
  const told = [read(error, 'status'), read(error, 'statusCode'), ask(error, 'getStatus')];
  told.push(read(response, 'status'), read(response, 'statusCode'));
  return told.filter((status) => typeof status === 'number');
}

/** A number alone may be anybody's own code: gRPC's comes with its details or its metadata. */
function ofGrpc(error: object, code: number): Evidence {
  const details = read(error, 'details');
  const metadata = read(error, 'metadata');
  if (typeof details !== 'string' && (typeof metadata !== 'object' || metadata === null)) return;
  if (GRPC_LOST.has(code)) return 'lost';
  if (code !== GRPC_UNAVAILABLE) return undefined;
  return NO_CONNECTION.test(String(details)) ? 'never-arrived' : 'lost';
}

function evidenceOf(error: object): Evidence {
  const code = read(error, 'code');
  if (NEVER_ARRIVED_CODES.has(code)) return 'never-arrived';
  // `HPE_`: what came back was no HTTP.
  if (LOST_CODES.has(code) || (typeof code === 'string' && code.startsWith('HPE_'))) return 'lost';
  if (LOST_NAMES.has(read(error, 'name'))) return 'lost';
  // All that Nest's transports say when the connection broke while they waited for the answer.
  if (read(error, 'message') === 'Connection closed') return 'lost';
  const grpc = typeof code === 'number' ? ofGrpc(error, code) : undefined;
  if (grpc !== undefined) return grpc;
  const statuses = statusesOf(error);
  if (statuses.some((status) => LOST_STATUSES.has(status))) return 'lost';
  // axios, of an answer that broke off or cannot be read: it calls a plain 500 the same.
  const isUnread = code === 'ERR_BAD_RESPONSE' && !statuses.some((status) => status >= 400);
  return isUnread ? 'lost' : undefined;
}

/** The errors inside an error: its cause, what Nest's `RpcException` holds, those of an `AggregateError`. */
function insideOf(error: object): readonly unknown[] {
  const held = [read(error, 'cause'), ask(error, 'getError')];
  const errors = read(error, 'errors');
  try {
    const all: readonly unknown[] = Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : [];
    return [...held, ...all];
  } catch {
    return held;
  }
}

/** The innermost evidence counts, since what wraps it only says it again; one lost answer is enough. */
function judge(error: unknown, seen: Set<unknown>, depth: number): Evidence {
  if (typeof error !== 'object' || error === null) return undefined;
  if (seen.has(error) || seen.size >= MAX_ERRORS || depth >= MAX_DEPTH) return undefined;
  seen.add(error);
  if (isSagaError(error, 'SAGA_OUTCOME_UNKNOWN')) return 'lost';
  // How another saga ended is an answer, whatever became of its requests.
  if (isSagaError(error, 'SAGA_EXECUTION')) return undefined;
  const inside = insideOf(error).map((inner) => judge(inner, seen, depth + 1));
  if (inside.includes('lost')) return 'lost';
  return inside.includes('never-arrived') ? 'never-arrived' : evidenceOf(error);
}

/**
 * Whether a thrown error says that an answer was lost while the request may have been heard, so that
 * nobody knows if its effect took place. Such an attempt ends as `unknown`: its step is probed,
 * repeated, or undone. The default of `unknownWhen`.
 *
 * It knows the errors of Node, axios, undici and `fetch`, gRPC, Nest's client proxies and rxjs by
 * their codes and names: a connection that broke (`ECONNRESET`, `EPIPE`), a client's own timeout or
 * abort (`ETIMEDOUT`, `ECONNABORTED`, `TimeoutError`, `AbortError`), HTTP 408, 499, 502, 504, 522–524,
 * gRPC `CANCELLED`, `UNKNOWN`, `DEADLINE_EXCEEDED` and `UNAVAILABLE`; also as the `cause` of another
 * error, in Nest's `RpcException`, or among the `errors` of an `AggregateError`.
 *
 * What says that the request never arrived is `false` (`ECONNREFUSED`, `ENOTFOUND`, `EAI_AGAIN`,
 * `EHOSTUNREACH`, a connect timeout of undici, gRPC's "No connection established"), and so is any
 * answer of the application itself, a 500 or 503 among them. Never throws, whatever it is asked of.
 *
 * @example
 * forRoot({ unknownWhen: (error) => isAnswerLost(error) || error instanceof BrokerTimeout })
 */
export function isAnswerLost(error: unknown): boolean {
  return judge(error, new Set(), 0) === 'lost';
}
