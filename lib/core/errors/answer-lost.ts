import {
  GRPC_LOST,
  GRPC_UNAVAILABLE,
  LOST_CODES,
  LOST_MESSAGES,
  LOST_NAMES,
  LOST_STATUSES,
  LOST_TYPES,
  NEVER_ARRIVED_CODES,
  NO_CONNECTION,
  ON_A_CONNECTION,
} from './lost-signs.js';
import { heldErrors } from './held-errors.js';
import { isSagaError } from './saga-error.js';

/** Decides whether what an attempt threw leaves open if its effect took place. Looks, and changes nothing. */
export type UnknownWhen = (error: unknown) => boolean;

/** What one error says of a request: it may have arrived, or it surely did not. */
type Evidence = 'lost' | 'never-arrived' | undefined;

/** Bounds of what is looked at, against errors that are made to be endless. */
const MAX_DEPTH = 50;
const MAX_ERRORS = 1_000;

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
  const told = [
    read(error, 'status'),
    read(error, 'statusCode'),
    ask(error, 'getStatus'),
    read(response, 'status'),
    read(response, 'statusCode'),
    // Of the AWS SDK.
    read(read(error, '$metadata'), 'httpStatusCode'),
  ];
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
  if (NEVER_ARRIVED_CODES.has(code)) {
    return ON_A_CONNECTION.has(read(error, 'syscall')) ? 'lost' : 'never-arrived';
  }
  // `HPE_`: what came back was no HTTP.
  if (LOST_CODES.has(code) || (typeof code === 'string' && code.startsWith('HPE_'))) return 'lost';
  if (LOST_NAMES.has(read(error, 'name')) || LOST_TYPES.has(read(error, 'type'))) return 'lost';
  if (LOST_MESSAGES.has(read(error, 'message'))) return 'lost';
  const grpc = typeof code === 'number' ? ofGrpc(error, code) : undefined;
  if (grpc !== undefined) return grpc;
  const statuses = statusesOf(error);
  if (statuses.some((status) => LOST_STATUSES.has(status))) return 'lost';
  // axios, of an answer that broke off or cannot be read: it calls a plain 500 the same.
  const isUnread = code === 'ERR_BAD_RESPONSE' && !statuses.some((status) => status >= 400);
  return isUnread ? 'lost' : undefined;
}

function heldBy(error: object): readonly unknown[] {
  try {
    return heldErrors(error);
  } catch {
    return [];
  }
}

/** The errors inside an error: its cause, what the exceptions of Nest and of clients hold, and an `AggregateError`. */
function insideOf(error: object): readonly unknown[] {
  const held = [read(error, 'cause'), ask(error, 'getError'), ...heldBy(error)];
  const errors = read(error, 'errors');
  try {
    const all: readonly unknown[] = Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : [];
    return [...held, ...all];
  } catch {
    return held;
  }
}

/** The innermost evidence counts, since a wrapper only repeats it; one lost answer is enough. */
function judge(error: unknown, seen: Set<unknown>, depth: number): Evidence {
  if (typeof error !== 'object' || error === null) return undefined;
  if (seen.has(error) || seen.size >= MAX_ERRORS || depth >= MAX_DEPTH) return undefined;
  seen.add(error);
  if (isSagaError(error, 'SAGA_OUTCOME_UNKNOWN')) return 'lost';
  // The end of another saga is an answer, whatever became of its requests.
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
 * It knows the errors of Node, axios, undici and `fetch`, node-fetch, gRPC, Nest's client proxies, rxjs,
 * Stripe, the AWS SDK, and of the usual clients of databases and brokers by their codes and names: a connection that broke (`ECONNRESET`, `EPIPE`), a client's own timeout or
 * abort (`ETIMEDOUT`, `ECONNABORTED`, `TimeoutError`, `AbortError`), HTTP 408, 499, 502, 504, 522–524,
 * gRPC `CANCELLED`, `UNKNOWN`, `DEADLINE_EXCEEDED` and `UNAVAILABLE`; also as the `cause` of another
 * error, as what an `HttpException` or `RpcException` of Nest was made of, as the `detail`, `error` or
 * `original` of a client's own error, or among the `errors` of an `AggregateError`.
 *
 * What says that the request never arrived is `false` (`ECONNREFUSED`, `ENOTFOUND`, `EAI_AGAIN`,
 * `EHOSTUNREACH` before there was a connection, a connect timeout of undici, gRPC's "No connection
 * established"), and so is any
 * answer of the application itself, a 500 or 503 among them. Never throws, whatever it is asked of.
 *
 * @example
 * forRoot({ unknownWhen: (error) => isAnswerLost(error) || error instanceof BrokerTimeout })
 */
export function isAnswerLost(error: unknown): boolean {
  return judge(error, new Set(), 0) === 'lost';
}
