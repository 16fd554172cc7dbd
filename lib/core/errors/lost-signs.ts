/** By which clients say that an answer was lost, or that a request never arrived: codes, names and texts. */

export const LOST_CODES: ReadonlySet<unknown> = new Set([
  // Sockets, and what HTTP clients make of them
  ...['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ENETRESET'],
  ...['ERR_CANCELED', 'ERR_NETWORK', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE'],
  ...['ERR_HTTP2_STREAM_ERROR', 'ERR_HTTP2_STREAM_CANCEL', 'ERR_HTTP2_SESSION_ERROR'],
  // undici
  ...['UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED'],
  ...['UND_ERR_DESTROYED', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'UND_ERR_INFO'],
  ...['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW'],
  // Databases: lost in the middle of a statement, or of a commit (SQLSTATE, mysql2, mssql, Prisma)
  ...['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT', '08006', '08007', '40003'],
  ...['ETIMEOUT', 'P1008', 'P1017'],
  // NATS
  'TIMEOUT',
]);

export const NEVER_ARRIVED_CODES: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'],
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_CLOSED', 'ERR_SOCKET_CONNECTION_TIMEOUT'],
]);

/** A route that is lost while there is a connection: what was sent on it may have arrived. */
export const ON_A_CONNECTION: ReadonlySet<unknown> = new Set(['read', 'write']);

export const LOST_NAMES: ReadonlySet<unknown> = new Set([
  // DOM (an aborted `fetch`, `AbortSignal.timeout()`), rxjs; axios; undici, of what is no HTTP
  ...['AbortError', 'TimeoutError', 'CanceledError', 'HTTPParserError'],
  ...['MongoNetworkError', 'MongoNetworkTimeoutError'],
  ...['KafkaJSRequestTimeoutError', 'KafkaJSConnectionClosedError'],
]);

/** All that node-fetch says of its own timeouts. */
export const LOST_TYPES: ReadonlySet<unknown> = new Set(['request-timeout', 'body-timeout']);

/** All that these clients say when a connection broke, or their time was up, while they waited. */
export const LOST_MESSAGES: ReadonlySet<unknown> = new Set([
  // Nest's transports
  'Connection closed',
  // pg
  ...['Connection terminated unexpectedly', 'Connection terminated', 'Query read timeout'],
  // ioredis, redis, amqplib, needle
  ...['Command timed out', 'Connection is closed.', 'Socket closed unexpectedly'],
  ...['channel closed', 'read timeout'],
]);

/** Of a gateway that waited in vain, or lost who it waited for. A 500 or 503 is an answer of the application. */
export const LOST_STATUSES: ReadonlySet<unknown> = new Set([408, 499, 502, 504, 522, 523, 524]);

export const GRPC_LOST: ReadonlySet<unknown> = new Set([1, 2, 4]);
export const GRPC_UNAVAILABLE = 14;
export const NO_CONNECTION =
  /no connection established|name resolution failed|failed to connect|connect failed|before call started|(?<!\b(?:read|write) )(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH)/i;
