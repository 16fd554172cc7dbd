// What the compiler must accept and refuse of decorated sagas. Checked by `tsc --noEmit`, never run.
import {
  NOTHING_TO_UNDO,
  ResultFactory,
  Saga,
  SagaOrchestratorFactory,
  SagaStep,
  type ISagaCompensationContext,
  type ISagaContext,
  type ProbeAnswer,
  type SagaContextOf,
  type StepFailure,
} from 'nestjs-saga-orchestrator';

import { of, type Observable } from 'rxjs';

interface OrderContext {
  readonly userId: string;
  readonly quantity: number;
}

type Ctx = ISagaContext<OrderContext>;

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for a value of exactly that type. */
declare function exactly<E>(): <A>(value: A, ...ok: Same<A, E> extends true ? [] : [never]) => void;

declare const sagas: SagaOrchestratorFactory;

// --- what `compensate`, `probe` and `onError` may name ---

@Saga()
export class Misnamed {
  readonly notAMethod = 1;

  // @ts-expect-error there is no method of that name
  @SagaStep({ compensate: 'refnud' })
  typo(_ctx: Ctx) {}

  // @ts-expect-error it is private
  @SagaStep({ compensate: 'hidden' })
  privately(_ctx: Ctx) {}

  // @ts-expect-error it is protected
  @SagaStep({ compensate: 'guarded' })
  protectedly(_ctx: Ctx) {}

  // @ts-expect-error it is not a function
  @SagaStep({ compensate: 'notAMethod' })
  property(_ctx: Ctx) {}

  // @ts-expect-error there is no probe of that name
  @SagaStep({ compensate: 'refund', probe: 'look' })
  probed(_ctx: Ctx) {}

  // @ts-expect-error there is no hook of that name
  @SagaStep({ onError: 'alarm' })
  observed(_ctx: Ctx) {}

  // @ts-expect-error an option that does not exist
  @SagaStep({ retires: 2 })
  misspelt(_ctx: Ctx) {}

  // @ts-expect-error a decorated step is a method
  @SagaStep()
  field = 1;

  refund(_ctx: Ctx) {}
  private hidden(_ctx: Ctx) {}
  protected guarded(_ctx: Ctx) {}
  uses() {
    return [this.hidden, this.guarded];
  }
}

// --- parameters that do not fit their step ---

export class Misfits {
  // @ts-expect-error the undo wants another result than its step has
  @SagaStep({ compensate: 'undoText' })
  numeric(_ctx: Ctx) {
    return ResultFactory.success({ amount: 1 });
  }
  undoText(_ctx: ISagaCompensationContext<OrderContext, { amount: string }>) {}

  // @ts-expect-error the undo of a step without a result wants one
  @SagaStep({ compensate: 'undoAmount' })
  async silent(_ctx: Ctx) {}
  undoAmount(_ctx: ISagaCompensationContext<OrderContext, { amount: number }>) {}

  // @ts-expect-error the undo wants another context
  @SagaStep({ compensate: 'undoTransfer' })
  order(_ctx: Ctx) {}
  undoTransfer(_ctx: ISagaContext<{ iban: string }>) {}

  // @ts-expect-error the probe wants another context
  @SagaStep({ probe: 'probeTransfer' })
  probed(_ctx: Ctx) {}
  probeTransfer(_ctx: ISagaContext<{ iban: string }>): ProbeAnswer {
    return 'done';
  }

  // @ts-expect-error the probe answers yes or no
  @SagaStep({ probe: 'isCharged' })
  charged(_ctx: Ctx) {}
  async isCharged(_ctx: Ctx) {
    return true;
  }

  // @ts-expect-error the probe answers any text
  @SagaStep({ probe: 'ask' })
  asked(_ctx: Ctx) {}
  async ask(_ctx: Ctx) {
    return 'perhaps';
  }

  // @ts-expect-error the probe brings back another result than its step has
  @SagaStep({ probe: 'lookUp' })
  billed(_ctx: Ctx) {
    return { tx: 1n };
  }
  async lookUp(_ctx: Ctx): Promise<ProbeAnswer<{ tx: string }>> {
    return { outcome: 'done', result: { tx: 'tx-1' } };
  }

  // @ts-expect-error a step is called with a context, not with an order
  @SagaStep()
  order2(_order: OrderContext) {}

  // @ts-expect-error nor with a text
  @SagaStep()
  text(_text: string) {}

  // @ts-expect-error nor with a second argument
  @SagaStep()
  second(_ctx: Ctx, _more: string) {}

  // @ts-expect-error a step sees no undo
  @SagaStep()
  undoing(_ctx: ISagaCompensationContext<OrderContext>) {}

  // @ts-expect-error the hook wants something that it is not given
  @SagaStep({ onError: 'countFailure' })
  observed(_ctx: Ctx) {}
  countFailure(_count: number) {}
}

// --- what would never run ---

declare const http: { post<T>(): Observable<T> };

export class NeverRun {
  // @ts-expect-error nobody calls the function
  @SagaStep()
  thunk(_ctx: Ctx) {
    return () => http.post();
  }

  // @ts-expect-error nobody runs through it
  @SagaStep({ compensate: 'undone' })
  *generator(_ctx: Ctx) {
    yield http.post();
  }

  // @ts-expect-error nobody subscribes
  @SagaStep()
  async list(_ctx: Ctx) {
    return [http.post(), http.post()];
  }

  // @ts-expect-error nobody calls the undo
  @SagaStep({ compensate: 'undoThunk' })
  charge(_ctx: Ctx) {}
  undoThunk(_ctx: Ctx) {
    return () => http.post();
  }

  // @ts-expect-error nobody subscribes to the undos
  @SagaStep({ compensate: 'undoList' })
  charges(_ctx: Ctx) {}
  async undoList(_ctx: Ctx) {
    return [http.post()];
  }

  // @ts-expect-error nobody runs through the undo
  @SagaStep({ compensate: 'undoGenerator' })
  yields(_ctx: Ctx) {}
  async *undoGenerator(_ctx: Ctx) {
    yield http.post();
  }

  // @ts-expect-error nobody calls the hook
  @SagaStep({ onError: 'tell' })
  tells(_ctx: Ctx) {}
  tell(_failure: StepFailure) {
    return () => http.post();
  }

  undone(_ctx: Ctx) {}
}

export class RunsLater {
  @SagaStep({ compensate: 'refund', probe: 'look', onError: 'tell' })
  async charge(_ctx: Ctx) {
    return ResultFactory.success(http.post<{ tx: string }>());
  }
  async refund(ctx: ISagaCompensationContext<OrderContext, { tx: string }>) {
    exactly<{ tx: string } | undefined>()(ctx.result);
    return http.post<void>();
  }
  async look(_ctx: Ctx) {
    return of<ProbeAnswer>('done');
  }
  async tell(_failure: StepFailure) {
    return http.post<void>();
  }
}
declare const runsLater: ReturnType<typeof sagas.for<RunsLater>>;
const tx = runsLater.getStepResult('charge');
exactly<{ tx: string } | undefined>()(tx);

// --- what passes ---

abstract class Fulfilment {
  inheritedUndo(_ctx: ISagaCompensationContext<OrderContext>) {}
  abstract abstractUndo(ctx: Ctx): Promise<void>;
}

@Saga({ name: 'CreateOrder', version: 2 })
export class CreateOrder extends Fulfilment {
  @SagaStep({ compensate: 'inheritedUndo', retry: 2 })
  async createOrder(_ctx: Ctx) {
    return ResultFactory.success({ orderId: 'o-1' });
  }

  @SagaStep({ compensate: 'abstractUndo' })
  pack(_ctx: Ctx) {
    return 3;
  }
  override async abstractUndo(_ctx: Ctx) {}

  @SagaStep({ compensate: 'refund', probe: 'wasCharged', onError: 'report' })
  charge({ context }: ISagaContext<OrderContext, { createOrder: { orderId: string } }>) {
    return context.quantity > 9
      ? ResultFactory.error('TOO_MANY', 'too many')
      : ResultFactory.success({ tx: 1n });
  }
  refund(
    ctx: ISagaCompensationContext<
      OrderContext,
      { tx: bigint },
      { createOrder: { orderId: string }; pack: number }
    >,
  ) {
    exactly<{ tx: bigint } | undefined>()(ctx.result);
    const order = ctx.getStepResult('createOrder');
    exactly<{ orderId: string } | undefined>()(order);
    const packed = ctx.getStepResult('pack');
    exactly<number | undefined>()(packed);
  }
  async wasCharged(_ctx: Ctx): Promise<ProbeAnswer> {
    return { outcome: 'done', result: { tx: 1n } };
  }
  report(_failure: StepFailure, _ctx: Ctx) {}

  @SagaStep({ probe: 'wasSent' })
  send(_ctx: Ctx) {}
  async wasSent(_ctx: Ctx) {
    return 'unknown' as const;
  }

  @SagaStep({ probe: 'wasBooked' })
  book(_ctx: Ctx) {}
  wasBooked(_ctx: Ctx): ProbeAnswer {
    return { outcome: 'done', result: 7 };
  }

  @SagaStep({ compensate: 'withoutParameters' })
  withoutContext() {
    return Promise.resolve('sent');
  }
  withoutParameters() {}

  @SagaStep({ compensate: NOTHING_TO_UNDO })
  look(_ctx: Ctx) {}

  @SagaStep()
  part(_ctx: { readonly sagaId: string }) {}

  @SagaStep()
  optional(_ctx?: Ctx, _more?: string) {}

  @SagaStep('Mail')
  async mail() {
    return 'sent';
  }

  @SagaStep({ retired: true, compensate: 'withoutParameters' })
  oldStep() {}
}

// --- `for()`: the context ---

declare const inferred: SagaContextOf<CreateOrder>;
exactly<OrderContext>()(inferred);
// @ts-expect-error `exactly` is exact
exactly<unknown>()(inferred);
sagas.for(CreateOrder, { userId: 'u', quantity: 1 }, { id: 'o-1', key: 'u', tags: { a: 'b' } });
// @ts-expect-error a property is missing
sagas.for(CreateOrder, { userId: 'u' });
// @ts-expect-error a property has another type
sagas.for(CreateOrder, { userId: 'u', quantity: '1' });
// @ts-expect-error a property too many is a mistake
sagas.for(CreateOrder, { userId: 'u', quantity: 1, quantty: 2 });
// @ts-expect-error a context is needed
sagas.for(CreateOrder);
// @ts-expect-error an option that does not exist
sagas.for(CreateOrder, { userId: 'u', quantity: 1 }, { requestId: 'r' });

export class Joint {
  @SagaStep()
  bill(_ctx: ISagaContext<{ userId: string }>) {}
  @SagaStep()
  ship(_ctx: ISagaContext<{ address: string }>) {}
}
sagas.for(Joint, { userId: 'u', address: 'a' });
// @ts-expect-error what one of the steps needs is missing
sagas.for(Joint, { userId: 'u' });

export class Contextless {
  @SagaStep()
  tick() {}
}
sagas.for(Contextless, undefined);
sagas.for(Contextless, { whatever: 1 });

// --- `for()`: the results ---

const saga = sagas.for(CreateOrder, { userId: 'u', quantity: 1 });
const order = saga.getStepResult('createOrder');
exactly<{ orderId: string } | undefined>()(order);
const packed = saga.getStepResult('pack');
exactly<number | undefined>()(packed);
const charged = saga.getStepResult('charge');
exactly<{ tx: bigint } | undefined>()(charged);
const sent = saga.getStepResult('withoutContext');
exactly<string | undefined>()(sent);
const context = saga.getContext().context;
exactly<OrderContext>()(context);

// A label of its own is not the name of a method: its type is given, or unknown.
const mailed = saga.getStepResult('Mail');
exactly<unknown>()(mailed);
const explicit = saga.getStepResult<string>('Mail');
exactly<string | undefined>()(explicit);

// @ts-expect-error an order id is no number
export const wrong: number | undefined = saga.getStepResult('createOrder')?.orderId;

export async function viewed() {
  const view = await saga.runAsync();
  const fromView = view.getStepResult('createOrder');
  exactly<{ orderId: string } | undefined>()(fromView);
  const handle = await saga.start();
  const fromHandle = (await handle.result()).getStepResult('pack');
  exactly<number | undefined>()(fromHandle);
}

// --- `create()` and `define()` ---

const chain = sagas
  .create('Transfer', { amount: 1 })
  .step({
    label: 'Debit',
    action: (ctx) => ResultFactory.success({ left: ctx.context.amount }),
    compensate: (ctx) => exactly<{ left: number } | undefined>()(ctx.result),
  })
  .step({
    label: 'Credit',
    action: (ctx) => {
      const debit = ctx.getStepResult('Debit');
      exactly<{ left: number } | undefined>()(debit);
    },
  });
const debit = chain.getStepResult('Debit');
exactly<{ left: number } | undefined>()(debit);

const transfer = sagas.define('Transfer', (empty: Parameters<TransferBuild>[0]) =>
  empty.step({ label: 'Debit', action: (ctx) => ctx.context.amount }),
);
type TransferBuild = (chain: ReturnType<typeof sagas.create<{ amount: number }>>) => unknown;
const amount = transfer({ amount: 1 }).getStepResult('Debit');
exactly<number | undefined>()(amount);
// @ts-expect-error the context of a defined chain is checked
transfer({ amount: 'one' });
