/** Checked by `tsc --noEmit`, never run: what the compiler must know, and what it must refuse. */
import {
  defineSaga,
  NOTHING_TO_UNDO,
  Ok,
  ResultFactory,
  SagaOrchestratorBuilder,
  type ISagaCompensationContext,
  type ISagaContext,
  type ISagaRunContext,
  type Result,
  type RetiredSagaStep,
  type SagaEvent,
  type SagaHandle,
  type SagaStep,
} from 'nestjs-saga-orchestrator/core';
import { map, of, type Observable } from 'rxjs';
import winston from 'winston';

/** Compiles only when both types are the same. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** `is<A>()(value)` compiles only when the value's type is exactly A. */
declare function is<A>(): <B>(value: B, ...proof: Same<A, B> extends true ? [] : [never]) => void;

interface OrderContext {
  readonly userId: string;
  orderId?: string;
}
declare const context: OrderContext;
declare const logger: winston.Logger;
declare const payments: {
  charge(userId: string): Promise<Result<{ txId: string }>>;
  refund(txId: string): Promise<void>;
};

// @ts-expect-error The proof itself can fail: `unknown` is not `string`.
is<string>()(context as unknown);
// @ts-expect-error Nor is `any`.
is<string>()(JSON.parse('""'));

const chain = () => new SagaOrchestratorBuilder('PlaceOrder', context, logger);

export async function resultsAreTypedByLabel(): Promise<void> {
  const saga = chain()
    .step({ label: 'Result', action: () => ResultFactory.success({ orderId: 'order-1' }) })
    .step({ label: 'Async', action: async () => ResultFactory.success(7) })
    .step({ label: 'Plain', action: () => 'text' })
    .step({ label: 'Nothing', action: async () => undefined })
    .step({ label: 'Observable', action: () => of(new Date()) })
    .step({ label: 'Either', action: async ({ context }) => payments.charge(context.userId) })
    .step({ label: 'Fails', action: () => ResultFactory.error('NO', 'never') });

  is<{ orderId: string } | undefined>()(saga.getStepResult('Result'));
  is<number | undefined>()(saga.getStepResult('Async'));
  is<string | undefined>()(saga.getStepResult('Plain'));
  is<undefined>()(saga.getStepResult('Nothing'));
  is<Date | undefined>()(saga.getStepResult('Observable'));
  is<{ txId: string } | undefined>()(saga.getStepResult('Either'));
  is<undefined>()(saga.getStepResult('Fails'));

  // @ts-expect-error There is no such label.
  saga.getStepResult('Reslut');
  // @ts-expect-error Nor does the type of a variable make one.
  const wrong: number | undefined = saga.getStepResult('Reslut');
  void wrong;
  is<number | undefined>()(saga.getStepResult<number>('Reslut'));
  is<{ orderId: number } | undefined>()(saga.getStepResult<{ orderId: number }>('Result'));

  const ended = await saga.runAsync();
  is<OrderContext>()(ended.context);
  is<number | undefined>()(ended.getStepResult('Async'));
  is<string | undefined>()(saga.getContext().getStepResult('Plain'));

  const handle = await saga.start();
  is<{ orderId: string } | undefined>()((await handle.result()).getStepResult('Result'));
  handle satisfies SagaHandle;
}

export function contextsAreInferred(): void {
  chain()
    .step({
      label: 'Charge',
      action: async (ctx) => {
        is<OrderContext>()(ctx.context);
        is<AbortSignal>()(ctx.signal);
        // @ts-expect-error No step before it has that name, so its result is not known.
        void ctx.getStepResult('Later')?.txId;
        return payments.charge(ctx.context.userId);
      },
      compensate: async (ctx) => {
        is<{ txId: string } | undefined>()(ctx.result);
        is<'done' | 'not-done' | 'unknown'>()(ctx.outcome);
        if (ctx.result !== undefined) await payments.refund(ctx.result.txId);
      },
      onError: ({ error, attempt, willRetry }, ctx) => {
        is<unknown>()(error);
        is<number>()(attempt);
        is<boolean>()(willRetry);
        is<OrderContext>()(ctx.context);
      },
      probe: async (ctx) =>
        ctx.attempt > 1 ? 'done' : { outcome: 'done', result: { txId: 'tx-1' } },
    })
    .step({
      label: 'Ship',
      action: (ctx) => {
        const charge = ctx.getStepResult('Charge');
        is<{ txId: string } | undefined>()(charge);
        return charge?.txId ?? '';
      },
      compensate: (ctx) => {
        is<string | undefined>()(ctx.result);
        is<{ txId: string } | undefined>()(ctx.getStepResult('Charge'));
      },
    });
}

export function stepsMayBeWrittenApart(): void {
  const step: SagaStep<OrderContext, { txId: string }> = {
    label: 'Charge',
    action: (ctx: ISagaContext<OrderContext>) => payments.charge(ctx.context.userId),
    compensate: (ctx: ISagaCompensationContext<OrderContext, { txId: string }>) =>
      payments.refund(ctx.result?.txId ?? ''),
  };
  const retired: RetiredSagaStep<OrderContext, { txId: string }> = {
    label: 'Coupon',
    compensate: (ctx) => payments.refund(ctx.result?.txId ?? ''),
  };
  const saga = chain().step<{ txId: string }>(step);
  is<{ txId: string } | undefined>()(saga.getStepResult<{ txId: string }>('Charge'));
  defineSaga('PlaceOrder', [step], { retired: [retired] });
  defineSaga<OrderContext>('PlaceOrder', [
    { label: 'Look', action: (ctx) => ctx.context.userId, compensate: NOTHING_TO_UNDO },
  ]);
}

export function theExplicitFormChecksTheAction(): void {
  chain().step<{ txId: string }>({
    label: 'Charge',
    action: async () => ResultFactory.success({ txId: 'tx-1' }),
    compensate: (ctx) => payments.refund(ctx.result?.txId ?? ''),
  });
  // @ts-expect-error The action answers a number, the step promises a { txId }.
  chain().step<{ txId: string }>({ label: 'Charge', action: async () => 7 });
}

export function wrongStepsAreRefused(): void {
  chain().step({
    label: 'Charge',
    action: () => ResultFactory.success({ txId: 'tx-1' }),
    // @ts-expect-error The action's result has no `transactionId`.
    compensate: (ctx) => payments.refund(ctx.result?.transactionId ?? ''),
  });
  const undo = (ctx: ISagaCompensationContext<OrderContext, { txId: string }>) => ctx.result?.txId;
  // @ts-expect-error The undo takes another result than the action gives.
  chain().step({ label: 'Charge', action: () => 7, compensate: undo });
  // @ts-expect-error The context has no `customer`.
  chain().step({ label: 'Charge', action: (ctx) => ctx.context.customer });
  // @ts-expect-error The action wants another context.
  chain().step({ label: 'Charge', action: (ctx: ISagaContext<{ customer: string }>) => ctx.label });
  // @ts-expect-error An action is missing.
  chain().step({ label: 'Charge' });
  // @ts-expect-error A label is missing.
  chain().step({ action: () => 1 });
  // @ts-expect-error `retry` is a number or a policy.
  chain().step({ label: 'Charge', action: () => 1, retry: '2' });
  // @ts-expect-error A policy says how many retries.
  chain().step({ label: 'Charge', action: () => 1, retry: { delay: 5 } });
  // @ts-expect-error `when` must answer at once.
  chain().step({ label: 'Charge', action: () => 1, retry: { retries: 1, when: async () => true } });
  // @ts-expect-error A probe brings back the result that its step has.
  chain().step({ label: 'A', action: () => 1, probe: () => ({ outcome: 'done', result: 'one' }) });
  // @ts-expect-error A probe knows three answers.
  chain().step({ label: 'Charge', action: () => 1, probe: () => 'maybe' });
  // @ts-expect-error `compensate` is a function or NOTHING_TO_UNDO.
  chain().step({ label: 'Charge', action: () => 1, compensate: 'refund' });
  // @ts-expect-error An undo that is there, but undefined, is a mistake of wiring.
  chain().step({ label: 'Charge', action: () => 1, compensate: undefined });
  // @ts-expect-error There is no such option.
  chain().step({ label: 'Charge', action: () => 1, retires: 2 });
  // @ts-expect-error Only these two.
  new SagaOrchestratorBuilder('S', context, logger, { onCompensationFailure: 'stop' });
  // @ts-expect-error A logger is needed.
  new SagaOrchestratorBuilder('S', context);
}

declare const http: { post<T>(): Observable<T> };
declare function anything(): any;
declare function unknown(): unknown;

export function whatIsReturnedIsAwaited(): void {
  const saga = chain()
    .step({ label: 'Async', action: async () => http.post<{ tx: 1 }>() })
    .step({ label: 'Ok', action: () => ResultFactory.success(http.post<string>()) })
    .step({ label: 'AsyncOk', action: async () => ResultFactory.success(http.post<Date>()) })
    .step({ label: 'OkOk', action: () => new Ok(new Ok(7)) })
    .step({ label: 'OkLater', action: () => new Ok(Promise.resolve(http.post<bigint>())) })
    .step({ label: 'Emits', action: () => http.post<Result<number>>() })
    .step({ label: 'List', action: () => [1, 2] })
    .step({ label: 'Page', action: () => ({ items: [1], next: 'page-2' }) })
    .step({ label: 'Map', action: () => new Map([['a', 1]]) })
    .step({ label: 'Client', action: () => ({ cancel: () => undefined }) })
    .step({ label: 'Any', action: () => anything(), compensate: () => anything() })
    .step({ label: 'Anys', action: () => [anything()], compensate: async () => anything() })
    .step({ label: 'Unknown', action: () => unknown(), compensate: async () => unknown() });
  is<{ tx: 1 } | undefined>()(saga.getStepResult('Async'));
  is<string | undefined>()(saga.getStepResult('Ok'));
  is<Date | undefined>()(saga.getStepResult('AsyncOk'));
  is<number | undefined>()(saga.getStepResult('OkOk'));
  is<bigint | undefined>()(saga.getStepResult('OkLater'));
  is<number | undefined>()(saga.getStepResult('Emits'));
  is<number[] | undefined>()(saga.getStepResult('List'));
  chain().step({
    label: 'Charge',
    action: async () => http.post<{ tx: 1 }>(),
    compensate: async (ctx) => {
      is<{ tx: 1 } | undefined>()(ctx.result);
      return http.post<void>();
    },
    probe: async () => of('done' as const),
    onError: async () => http.post<void>(),
  });
}

export function whatWouldNeverRunIsRefused(): void {
  const action = () => 1;
  // @ts-expect-error Nobody calls the function.
  chain().step({ label: 'A', action: () => () => http.post() });
  // @ts-expect-error Nor when it comes later.
  chain().step({ label: 'A', action: async () => () => 1 });
  // @ts-expect-error Nor inside Ok.
  chain().step({ label: 'A', action: async () => ResultFactory.success(() => 1) });
  // @ts-expect-error Nor only sometimes.
  chain().step({ label: 'A', action: (ctx) => (ctx.attempt > 1 ? 7 : () => 7) });
  // @ts-expect-error Nobody runs through it.
  chain().step({ label: 'A', action: function* () { yield 1; } }); // prettier-ignore
  // @ts-expect-error Nor through this.
  chain().step({ label: 'A', action: async function* () { yield 1; } }); // prettier-ignore
  // @ts-expect-error An iterator is no list.
  chain().step({ label: 'A', action: () => [1].values() });
  // @ts-expect-error Nobody subscribes.
  chain().step({ label: 'A', action: () => [http.post(), http.post()] });
  // @ts-expect-error Nor when it comes later.
  chain().step({ label: 'A', action: async () => [http.post(), 1] });
  // @ts-expect-error Nor in a set.
  chain().step({ label: 'A', action: () => new Set([http.post()]) });
  // @ts-expect-error Nor to the inner ones.
  chain().step({ label: 'A', action: () => http.post().pipe(map(() => http.post())) });
  // @ts-expect-error Nobody awaits them.
  chain().step({ label: 'A', action: () => [Promise.resolve(1)] });
  // @ts-expect-error An undo that nobody calls.
  chain().step({ label: 'A', action, compensate: () => () => http.post() });
  // @ts-expect-error Undos to which nobody subscribes.
  chain().step({ label: 'A', action, compensate: async () => [http.post()] });
  // @ts-expect-error Undos that nobody awaits.
  chain().step({ label: 'A', action, compensate: (ctx) => [payments.refund(ctx.sagaId)] });
  // @ts-expect-error An undo that nobody runs through.
  chain().step({ label: 'A', action, compensate: function* () { yield 1; } }); // prettier-ignore
  // @ts-expect-error A probe that nobody calls.
  chain().step({ label: 'A', action, probe: () => () => 'done' });
  // @ts-expect-error A probe to which nobody subscribes.
  chain().step({ label: 'A', action, probe: async () => [of('done')] });
  // @ts-expect-error A hook that nobody calls.
  chain().step({ label: 'A', action, onError: () => async () => http.post() });
  // @ts-expect-error Hooks to which nobody subscribes.
  chain().step({ label: 'A', action, onError: async () => [http.post()] });
  // @ts-expect-error Not if the result is said to be one, either.
  chain().step<() => number>({ label: 'A', action: () => () => 1 });
  // @ts-expect-error An undo that is kept is to run, too.
  chain().retired({ label: 'A', compensate: () => () => http.post() });
}

export async function labelsAreKnownInSteps(): Promise<void> {
  const saga = chain()
    .step({ label: 'Charge', action: () => ({ txId: 'tx-1' }) })
    .step({
      label: 'Ship',
      action: ({ getStepResult }) => {
        is<{ txId: string } | undefined>()(getStepResult('Charge'));
        is<number | undefined>()(getStepResult<number>('elsewhere'));
        // @ts-expect-error There is no such label yet.
        getStepResult('Ship');
      },
      compensate: (ctx) => {
        // @ts-expect-error A typing mistake.
        ctx.getStepResult('Chrage');
      },
    });
  const { getStepResult } = await saga.runAsync();
  // @ts-expect-error A typing mistake.
  getStepResult('Chrage');
}

export function labelsMayBeUnknown(ctx: ISagaContext<OrderContext>): void {
  is<unknown>()(ctx.getStepResult('Charge'));
  is<string | undefined>()(ctx.getStepResult<string>('Charge'));
}

export function aCopyIsNoContext(ctx: ISagaContext<OrderContext>): void {
  const copy = { ...ctx };
  // @ts-expect-error Its data and its keys are not copied.
  void copy.context;
  // @ts-expect-error Nor is its key.
  void copy.idempotencyKey;
  // @ts-expect-error So it is not to be handed on.
  copy satisfies ISagaContext<OrderContext>;
  const { context: data, idempotencyKey, signal } = ctx;
  is<OrderContext>()(data);
  is<string>()(idempotencyKey);
  is<AbortSignal>()(signal);
}

export function viewsAreReadOnly(view: ISagaRunContext<OrderContext>): void {
  // @ts-expect-error Only the saga itself decides that.
  view.isSuccess = true;
  // @ts-expect-error The context is one object; its fields may change.
  view.context = context;
  view.context.orderId = 'order-1';
}

export function eventsCanBeExhausted(event: SagaEvent): string {
  // @ts-expect-error Events carry no payloads.
  void event.result;
  switch (event.type) {
    case 'failed':
    case 'undo-failed':
      is<string>()(event.error.name);
      return event.label;
    case 'compensating':
      return event.error.message;
    case 'parked':
      return event.reason;
    default:
      return event.type;
  }
}
