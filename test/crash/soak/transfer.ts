import { setTimeout as sleep } from 'node:timers/promises';
import {
  defineSaga,
  OutcomeUnknownError,
  ResultFactory,
  type ISagaCompensationContext,
  type ISagaContext,
  type SagaDefinition,
  type SagaStep,
} from 'nestjs-saga-orchestrator/core';
import { ACCOUNTS, type Accounts, type Movement } from './accounts.js';
import { Witness } from './witness.js';

export interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly cents: number;
}

type Context = ISagaContext<Transfer>;

export const TRANSFER = 'Transfer';

/** Processes die here far more often than in real life, all of them and at any time. */
export const MAX_RECOVERIES = 20;

/** What a transfer meets on its way, by the last digit of its number. The rest simply succeeds. */
const FATES = {
  3: 'deposit refused',
  5: 'withdrawal fails once',
  7: 'receipt refused',
  9: 'answer of the deposit lost',
} as const;

type Fate = (typeof FATES)[keyof typeof FATES] | 'succeeds';

function fateOf(number: number): Fate {
  return FATES[(number % 10) as keyof typeof FATES] ?? 'succeeds';
}

export function transferOf(number: number): Transfer {
  const from = (number % ACCOUNTS) + 1;
  return { from, to: (from % ACCOUNTS) + 1, cents: (number % 97) + 1 };
}

/** How a transfer must end, whatever died on its way. */
export function endOf(number: number): 'completed' | 'compensated' {
  return fateOf(number).endsWith('refused') ? 'compensated' : 'completed';
}

function fateIn(ctx: Context): Fate {
  return fateOf(Number(ctx.sagaId));
}

/** Everybody takes a little time, so that kills come in between. */
function work(): Promise<void> {
  return sleep(Math.random() * 30);
}

/** Who does not know whether the bank has moved the money must say so. */
async function orUnknown(moved: Promise<void>): Promise<void> {
  try {
    await moved;
  } catch (cause) {
    throw new OutcomeUnknownError('no answer from the bank', { cause });
  }
}

export function transferSaga(accounts: Accounts, witness: Witness): SagaDefinition {
  const movement = (ctx: Context, key: string): Movement => {
    const { from, to, cents } = ctx.context;
    const out = ctx.label === 'Withdraw';
    const booking = { account: out ? from : to, cents: out ? -cents : cents };
    return { key, transfer: ctx.sagaId, label: ctx.label, ...booking };
  };
  const move = async (ctx: Context): Promise<void> => {
    await work();
    await orUnknown(accounts.move(movement(ctx, ctx.idempotencyKey)));
    await work();
  };
  const takeBack = (ctx: ISagaCompensationContext<Transfer>): Promise<void> =>
    witness.asked('undo', ctx, async () => {
      await work();
      await accounts.takeBack(movement(ctx, ctx.actionIdempotencyKey), ctx.idempotencyKey);
      await work();
    });
  const asked = <T>(act: (ctx: Context) => T | Promise<T>) => {
    return (ctx: Context): Promise<T> => witness.asked('do', ctx, () => act(ctx));
  };
  // The bank may be out of reach for a while: that must not decide how a transfer ends.
  const patient = { retries: 100, delay: 50, factor: 1.2, maxDelay: 500 };
  const common = {
    retry: { ...patient, when: (error: unknown) => !isRefusal(error) },
    compensate: takeBack,
    compensationRetry: patient,
  };
  const steps: readonly SagaStep<Transfer>[] = [
    {
      label: 'Withdraw',
      ...common,
      action: asked((ctx) => {
        if (fateIn(ctx) === 'withdrawal fails once' && ctx.attempt === 1) throw new Error('busy');
        return move(ctx);
      }),
    },
    {
      label: 'Deposit',
      ...common,
      action: asked(async (ctx) => {
        if (fateIn(ctx) === 'deposit refused') return refusal('The account is closed');
        await move(ctx);
        if (fateIn(ctx) === 'answer of the deposit lost')
          throw new OutcomeUnknownError('no answer');
        return undefined;
      }),
      probe: (ctx) =>
        witness.asked('probe', ctx, async () =>
          (await accounts.has(ctx.idempotencyKey)) ? 'done' : 'not-done',
        ),
    },
    {
      label: 'Receipt',
      action: asked(async (ctx) => {
        await work();
        return fateIn(ctx) === 'receipt refused' ? refusal('There is no paper') : 'receipt';
      }),
    },
  ];
  return defineSaga<Transfer>(TRANSFER, steps);
}

/** For who only wants to know the plan. */
export const NOBODY = [{} as Accounts, new Witness('/dev/null', 0)] as const;

function refusal(message: string) {
  return ResultFactory.nonRetryable('REFUSED', message);
}

function isRefusal(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'REFUSED';
}
