// What the compiler must accept and refuse of transactional steps, by an application that has stated the type of its
// transactions. Checked by `tsc --noEmit`, never run.
import {
  defineSaga,
  NOTHING_TO_UNDO,
  Saga,
  SagaOrchestratorBuilder,
  SagaStep,
  silentLogger,
  type ISagaCompensationContext,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';

/** As the manager of an ORM. */
interface Manager {
  increment(account: string, by: number): Promise<void>;
}

declare module 'nestjs-saga-orchestrator' {
  interface SagaTransactionType {
    tx: Manager;
  }
}

interface Transfer {
  readonly from: string;
  readonly amount: number;
}
type Ctx = ISagaContext<Transfer>;

@Saga()
export class TransferSaga {
  @SagaStep({ transaction: true, compensate: 'giveBack' })
  async debit({ context }: Ctx, tx: Manager) {
    await tx.increment(context.from, -context.amount);
    return { receipt: 1 };
  }
  async giveBack(ctx: ISagaCompensationContext<Transfer, { receipt: number }>, tx: Manager) {
    await tx.increment(ctx.context.from, ctx.result?.receipt ?? 0);
  }

  // Likewise behind a barrier.
  @SagaStep({ barrier: true, compensate: 'takeBack' })
  async elsewhere({ context }: Ctx, tx: Manager) {
    await tx.increment(context.from, -context.amount);
  }
  async takeBack(ctx: ISagaCompensationContext<Transfer>, tx: Manager) {
    await tx.increment(ctx.context.from, 1);
  }

  // With nestjs-cls the transaction may be left out.
  @SagaStep({ transaction: true, compensate: 'withoutIt' })
  alone(_ctx: Ctx) {}
  withoutIt(_ctx: Ctx) {}

  // @ts-expect-error it is given no transaction
  @SagaStep()
  plain(_ctx: Ctx, _tx: Manager) {}

  // @ts-expect-error nor with barrier: false
  @SagaStep({ barrier: false })
  neither(_ctx: Ctx, _tx: Manager) {}

  // @ts-expect-error nor with transaction: false
  @SagaStep({ transaction: false })
  notOne(_ctx: Ctx, _tx: Manager) {}

  // @ts-expect-error its undo is given no transaction
  @SagaStep({ compensate: 'giveBack' })
  plainly(_ctx: Ctx) {
    return { receipt: 1 };
  }

  // @ts-expect-error it is given a transaction of another type
  @SagaStep({ transaction: true })
  other(_ctx: Ctx, _tx: { readonly pool: string }) {}

  // @ts-expect-error its undo wants a transaction of another type
  @SagaStep({ transaction: true, compensate: 'wrongly' })
  undoneWrongly(_ctx: Ctx) {}
  wrongly(_ctx: Ctx, _tx: { readonly pool: string }) {}
}

const chain = () =>
  new SagaOrchestratorBuilder<Transfer>('Transfer', { from: 'a', amount: 1 }, silentLogger);

export function aChainIsGivenIt(): void {
  chain()
    .step({
      label: 'Debit',
      transaction: true,
      action: async ({ context }, tx) => {
        await tx.increment(context.from, 1);
        return { receipt: 'r' };
      },
      compensate: ({ result, context }, tx) =>
        tx.increment(context.from, (result?.receipt ?? '').length),
    })
    .step({
      label: 'Read',
      action: ({ getStepResult }) => getStepResult('Debit')?.receipt,
      compensate: NOTHING_TO_UNDO,
    });
  // @ts-expect-error it is given no transaction
  chain().step({ label: 'Debit', action: (_ctx, tx) => tx });
  // @ts-expect-error its undo is given none
  chain().step({ label: 'Debit', action: () => 1, compensate: (_ctx, tx) => tx });
  // @ts-expect-error the transaction has no such method
  chain().step({ label: 'Debit', transaction: true, action: (_ctx, tx) => tx.decrement('a', 1) });
}

export function aListIsGivenIt(): void {
  const old = { label: 'Old', compensate: NOTHING_TO_UNDO } as const;
  defineSaga<Transfer>(
    'Transfer',
    [
      {
        label: 'Debit',
        transaction: true,
        action: ({ context }, tx) => tx.increment(context.from, 1),
        compensate: ({ context }, tx) => tx.increment(context.from, -1),
      },
      { label: 'Read', action: ({ context }) => context.from, compensate: NOTHING_TO_UNDO },
    ],
    {
      retired: [
        old,
        {
          label: 'Gone',
          transaction: true,
          compensate: ({ context }, tx) => tx.increment(context.from, 1),
        },
      ],
    },
  );
  defineSaga<Transfer>('Transfer', [
    // @ts-expect-error it is given no transaction
    { label: 'Debit', action: (_ctx, tx: Manager) => tx, compensate: NOTHING_TO_UNDO },
  ]);
}
