import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  CannotCompensateError,
  NonRetryableError,
  OutcomeUnknownError,
  Saga,
  SagaStep,
  type ISagaContext,
  type ISagaCompensationContext,
} from 'nestjs-saga-orchestrator';

/** What is to go wrong, by label; of an undo by `undo <label>`. */
export type Fate = Readonly<Record<string, 'no' | 'lost' | 'slow' | 'busy'>>;

export interface Trip {
  readonly traveller: string;
  readonly cardNumber: string;
  readonly iban: string;
  readonly guests: number;
  readonly fate: Fate;
  /** How long each call takes, in ms. @default at once */
  readonly pace?: number;
}

export const CARD = '4111-1111-1111-1111';
export const IBAN = 'DE02120300000000202051';

export function trip(fate: Fate = {}, pace = 0): Trip {
  return { traveller: 'Eve Moss', cardNumber: CARD, iban: IBAN, guests: 2, fate, pace };
}

type Context = ISagaContext<Trip>;
type UndoContext = ISagaCompensationContext<Trip>;

/** What a participant outside of the saga thinks: a switch that a test may turn. */
export const world = { isRepaired: false };

let calls = 0;

async function participant(what: string, { fate, pace = 0 }: Trip, signal: AbortSignal) {
  const at = ++calls;
  if (pace > 0) await sleep(pace * (1 + ((at * 7) % 5) / 3), undefined, { signal });
  switch (world.isRepaired ? undefined : fate[what]) {
    case 'no':
      throw what.startsWith('undo')
        ? new CannotCompensateError('The airline refused: the ticket is older than 180 days')
        : new NonRetryableError('Card declined: insufficient funds');
    case 'busy':
      throw new Error('503 from upstream: try again');
    case 'lost':
      throw new OutcomeUnknownError('The answer was lost: read ECONNRESET');
    case 'slow':
      await sleep(600_000, undefined, { signal });
      break;
    case undefined:
  }
  return { reference: `${what.slice(0, 3).toUpperCase()}-${at}` };
}

@Saga({ name: 'BookTrip', version: 3 })
@Injectable()
export class BookTripSaga {
  @SagaStep({ label: 'ReserveFlight', compensate: 'cancelFlight', retry: 1 })
  reserveFlight({ context, signal }: Context) {
    return participant('ReserveFlight', context, signal);
  }

  async cancelFlight({ context, signal }: UndoContext) {
    await participant('undo ReserveFlight', context, signal);
  }

  @SagaStep({ label: 'ReserveHotel', compensate: 'cancelHotel' })
  reserveHotel({ context, signal }: Context) {
    return participant('ReserveHotel', context, signal);
  }

  async cancelHotel({ context, signal }: UndoContext) {
    await participant('undo ReserveHotel', context, signal);
  }

  @SagaStep({ label: 'ReserveCar', compensate: 'cancelCar' })
  reserveCar({ context, signal }: Context) {
    return participant('ReserveCar', context, signal);
  }

  async cancelCar({ context, signal }: UndoContext) {
    await participant('undo ReserveCar', context, signal);
  }

  @SagaStep({
    label: 'ChargeCard',
    compensate: 'refund',
    probe: 'findCharge',
    retry: { retries: 2, delay: 60 },
  })
  async chargeCard({ context, signal }: Context) {
    const { reference } = await participant('ChargeCard', context, signal);
    return { paymentId: reference, amountCents: 128_400, card: context.cardNumber };
  }

  findCharge({ context }: Context) {
    const result = { paymentId: 'CHA-found', amountCents: 128_400, card: context.cardNumber };
    return { outcome: 'done' as const, result };
  }

  async refund({ context, signal }: UndoContext) {
    await participant('undo ChargeCard', context, signal);
  }

  @SagaStep({ label: 'IssueTicket', pivot: true })
  issueTicket({ context, signal }: Context) {
    return participant('IssueTicket', context, signal);
  }

  @SagaStep({ label: 'NotifyPartner', retry: { retries: 1, delay: 20 } })
  notifyPartner({ context, signal }: Context) {
    return participant('NotifyPartner', context, signal);
  }
}

@Saga({ name: 'OnboardTenant', version: 1 })
@Injectable()
export class OnboardTenantSaga {
  @SagaStep({ label: 'CreateAccount', compensate: 'closeAccount' })
  createAccount({ context, signal }: Context) {
    return participant('CreateAccount', context, signal);
  }

  async closeAccount({ context, signal }: UndoContext) {
    await participant('undo CreateAccount', context, signal);
  }

  @SagaStep({ label: 'SeedData', compensate: 'dropData' })
  seedData({ context, signal }: Context) {
    return participant('SeedData', context, signal);
  }

  async dropData({ context, signal }: UndoContext) {
    await participant('undo SeedData', context, signal);
  }

  /** Must not be repeated blindly: what is lost here, nobody knows. */
  @SagaStep({ label: 'SendWelcome', idempotent: false, pivot: true })
  sendWelcome({ context, signal }: Context) {
    return participant('SendWelcome', context, signal);
  }
}

export const TRIPS = [BookTripSaga, OnboardTenantSaga];
