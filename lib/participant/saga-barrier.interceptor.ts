import {
  applyDecorators,
  Injectable,
  SetMetadata,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { incomingHeaders } from './incoming-headers.js';
import { SagaBarrier } from './saga-barrier.js';
import { sagaCallOf, type SagaCallOptions } from './saga-call.js';

const GUARDED = 'nestjs-saga-orchestrator:barrier';

/** Calls behind a barrier: the interceptor may be named by the module, the class and the handler at once. */
const entered = new WeakSet<ExecutionContext>();

interface Guarded {
  readonly op: 'do' | 'undo';
  readonly options: SagaCallOptions;
}

/**
 * Puts the barrier around handlers with `@SagaDo()` or `@SagaUndo()`, and lets all others pass. The handler
 * must do all of its work in the transaction that the barrier has begun, which it finds by itself: through
 * nestjs-cls and `fromCls()`. What it writes on another connection has no barrier.
 */
@Injectable()
export class SagaBarrierInterceptor implements NestInterceptor {
  constructor(
    private readonly barrier: SagaBarrier,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const guarded = this.reflector.get<Guarded | undefined>(GUARDED, context.getHandler());
    if (guarded === undefined || entered.has(context)) return next.handle();
    entered.add(context);
    const call = sagaCallOf(incomingHeaders(context), guarded.options);
    const handle = (): Promise<unknown> =>
      lastValueFrom(next.handle(), { defaultValue: undefined });
    return defer(() => this.barrier[guarded.op](call, handle));
  }
}

function guard(op: Guarded['op'], options: SagaCallOptions): MethodDecorator {
  const guarded: Guarded = { op, options };
  return applyDecorators(SetMetadata(GUARDED, guarded), UseInterceptors(SagaBarrierInterceptor));
}

/** The handler is an action: it runs once per key, as {@link SagaBarrier.do} does. */
export function SagaDo(options: SagaCallOptions = {}): MethodDecorator {
  return guard('do', options);
}

/** The handler is the undo of an action, as {@link SagaBarrier.undo} is. */
export function SagaUndo(options: SagaCallOptions = {}): MethodDecorator {
  return guard('undo', options);
}
