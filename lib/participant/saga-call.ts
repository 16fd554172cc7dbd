import { SagaOptionsError } from '../core/index.js';
import { shown } from '../core/engine/index.js';
import { SAGA_KEY, SAGA_UNDO_OF } from './saga-headers.js';

/** Whether a call must come with a key of a saga. */
export type BarrierMode = 'required' | 'optional';

export interface SagaCallOptions {
  /**
   * `optional`: what comes without the headers of a saga is let through, in a transaction and without a
   * barrier. @default what the module says, `required`
   */
  readonly barrier?: BarrierMode;
}

/** A call of a saga's step, as its participant sees it. */
export interface SagaCall extends SagaCallOptions {
  /** The caller's idempotency key; `undefined` without the headers of a saga. */
  readonly key: string | undefined;
  /** The key of the action that this call undoes; of undos alone. */
  readonly undoOf: string | undefined;
  /**
   * The call, for one part of a handler that needs several barriers: each name has a barrier of its own. The
   * undo uses the same names.
   */
  part(name: string): SagaCall;
}

/** Headers as HTTP and the message transports have them. */
export type IncomingHeaders = Readonly<Record<string, unknown>>;

/** Fits every key of a saga, a UUID, and what goes through any transport as it is. */
const KEY = /^[\w.~:+=@-]{1,255}$/;
const PART = /^[\w.~:+=@-]{1,64}$/;

/** A mistake of whoever calls: HTTP 400, said as Nest reads it off any error. */
export function badCall(problem: string): SagaOptionsError {
  const status = { status: 400, statusCode: 400, expose: true };
  return Object.assign(new SagaOptionsError(problem), status);
}

/** Kafka brings bytes, gRPC and Node lists of one. */
function textOf(value: unknown): unknown {
  const [one, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (more.length > 0) return value;
  return one instanceof Uint8Array ? Buffer.from(one).toString('utf8') : one;
}

function keyIn(headers: IncomingHeaders, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? textOf(headers[name]) : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && KEY.test(value)) return value;
  throw badCall(
    `header ${name} must be the key of a saga, of 1 to 255 letters, digits and _ - . ~ : + = @ (got ${shown(value)})`,
  );
}

class Call implements SagaCall {
  declare readonly barrier?: BarrierMode;

  constructor(
    readonly key: string | undefined,
    readonly undoOf: string | undefined,
    barrier: BarrierMode | undefined,
  ) {
    if (barrier !== undefined) this.barrier = barrier;
  }

  part(name: string): SagaCall {
    if (!PART.test(name)) {
      throw new SagaOptionsError(
        `the name of a part must be of 1 to 64 letters, digits and _ - . ~ : + = @ (got ${shown(name)})`,
      );
    }
    // No key and no name has a slash: no two of them run into each other.
    const of = (key: string | undefined): string | undefined =>
      key === undefined ? undefined : `${key}/${name}`;
    return new Call(of(this.key), of(this.undoOf), this.barrier);
  }
}

/**
 * The call that these headers belong to, where Nest does not hand it out: of a job, of a consumer of your own.
 *
 * @throws SagaOptionsError for a key that cannot be one.
 */
export function sagaCallOf(headers: IncomingHeaders, options: SagaCallOptions = {}): SagaCall {
  return new Call(keyIn(headers, SAGA_KEY), keyIn(headers, SAGA_UNDO_OF), options.barrier);
}
