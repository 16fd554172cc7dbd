import {
  Catch,
  Injectable,
  UseFilters,
  UseInterceptors,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import {
  isSagaError,
  memoryJournal,
  Saga,
  SagaEvents,
  SagaExecutionException,
  SagaOperations,
  SagaStep,
  silentLogger,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';
import type * as Package from 'nestjs-saga-orchestrator';
import { of } from 'rxjs';
import { boot } from './boot.js';
import { ORDERS, Payments, PlaceOrderSaga, Stock, tea, yacht } from './orders.js';

describe('steps are called directly on the instance (semantics 31)', () => {
  const touched: string[] = [];

  @Catch()
  class SwallowEverything implements ExceptionFilter {
    catch() {
      touched.push('filter');
    }
  }

  @Injectable()
  class AnswerForEverybody implements NestInterceptor {
    intercept(_context: ExecutionContext, _next: CallHandler) {
      touched.push('interceptor');
      return of({ tx: 'intercepted' });
    }
  }

  @Saga()
  @UseFilters(SwallowEverything)
  @UseInterceptors(AnswerForEverybody)
  class FilteredSaga {
    @SagaStep({ compensate: 'refund' })
    charge() {
      return { tx: 'real' };
    }
    refund() {
      touched.push('refund');
    }
    @UseFilters(SwallowEverything)
    @SagaStep()
    ship() {
      throw new Error('no courier');
    }
  }

  it('so that a global filter or interceptor cannot turn a throw into a success', async () => {
    const { sagas } = await boot({
      providers: [
        FilteredSaga,
        { provide: APP_FILTER, useClass: SwallowEverything },
        { provide: APP_INTERCEPTOR, useClass: AnswerForEverybody },
      ],
    });
    const saga = sagas.for(FilteredSaga, {});
    await expect(saga.runAsync()).rejects.toMatchObject({
      failedLabel: 'ship',
      compensated: ['charge'],
    });
    expect(saga.getStepResult('charge')).toEqual({ tx: 'real' });
    expect(touched).toEqual(['refund']);
  });
});

describe('two copies of the package may be loaded (semantics 32)', () => {
  function secondCopy(): typeof Package {
    let copy: typeof Package | undefined;
    jest.isolateModules(() => {
      copy = jest.requireActual('nestjs-saga-orchestrator');
    });
    return copy as typeof Package;
  }

  it('and each knows the errors of the other by their codes', async () => {
    const copy = secondCopy();
    expect(copy.SagaExecutionException).not.toBe(SagaExecutionException);
    const foreign = new copy.SagaStateError('it is completed');
    expect(isSagaError(foreign)).toBe(true);
    expect(isSagaError(foreign, 'SAGA_STATE')).toBe(true);
    expect(isSagaError(foreign, 'SAGA_CONFLICT')).toBe(false);
    const { sagas } = await boot({ providers: ORDERS });
    const error: unknown = await sagas
      .for(PlaceOrderSaga, yacht)
      .runAsync()
      .catch((e) => e);
    expect(copy.isSagaError(error, 'SAGA_EXECUTION')).toBe(true);
    expect(copy.isSagaError(new Error('x'))).toBe(false);
  });

  it.each([
    [
      'throw the errors',
      ({ NonRetryableError }: typeof Package) => {
        throw new NonRetryableError('card expired');
      },
    ],
    [
      'answer with results',
      ({ ResultFactory }: typeof Package) => ResultFactory.nonRetryable('EXPIRED', 'card expired'),
    ],
  ])('and a participant may %s of the other', async (_, answer) => {
    const copy = secondCopy();
    let attempts = 0;
    @Saga()
    class ChargeSaga {
      @SagaStep({ retry: 5 })
      charge() {
        attempts += 1;
        return answer(copy);
      }
    }
    const { sagas } = await boot({ providers: [ChargeSaga] });
    await expect(sagas.for(ChargeSaga, {}).runAsync()).rejects.toThrow(/card expired/);
    expect(attempts).toBe(1);
  });

  it('and a class that was decorated by one is found by the other', async () => {
    const copy = secondCopy();
    class Refund {
      @copy.SagaStep({ compensate: copy.NOTHING_TO_UNDO })
      refund() {
        return copy.ResultFactory.success('refunded');
      }
    }
    copy.Saga('Refund')(Refund);
    const { app, sagas } = await boot({ providers: [Refund] });
    expect(app.get(SagaOperations).definition('Refund').forward).toHaveLength(1);
    const saga = sagas.for(Refund, {});
    await saga.runAsync();
    expect(saga.getStepResult('refund')).toBe('refunded');
  });

  it('and metadata does not depend on the copy, nor on the @Saga of @nestjs/cqrs', () => {
    const keys = Reflect.getMetadataKeys(PlaceOrderSaga) as unknown[];
    expect(keys).toContain('nestjs-saga-orchestrator:saga');
    expect(keys).toContain('nestjs-saga-orchestrator:steps');
  });
});

describe('two applications in one process share nothing (semantics 33)', () => {
  it('neither sagas, nor definitions, nor events, nor state', async () => {
    const first = await boot({ providers: ORDERS });
    const second = await boot({ providers: ORDERS });
    const seen: string[] = [];
    second.app.get(SagaEvents).events$.subscribe(({ sagaId }) => seen.push(sagaId));
    await first.sagas.for(PlaceOrderSaga, tea(2), { id: 'o-1' }).runAsync();
    await second.sagas.for(PlaceOrderSaga, tea(1), { id: 'o-1' }).runAsync();
    expect([first, second].map(({ app }) => app.get(Stock).left)).toEqual([3, 4]);
    expect((await first.app.get(SagaOperations).list()).sagas).toHaveLength(1);
    expect((await second.app.get(SagaOperations).list()).sagas).toHaveLength(1);
    expect(new Set(seen).size).toBe(1);
    expect(seen).toHaveLength(5);
  });

  it('and the end of one does not end the other', async () => {
    const first = await boot({ providers: ORDERS });
    const second = await boot({ providers: ORDERS });
    await first.app.close();
    await expect(first.sagas.for(PlaceOrderSaga, tea()).runAsync()).rejects.toMatchObject({
      code: 'SAGA_INTERRUPTED',
    });
    await second.sagas.for(PlaceOrderSaga, tea()).runAsync();
    expect(second.app.get(Payments).charged.size).toBe(1);
  });

  it('except the journal, if both are given the same: one executes, both know the end', async () => {
    let charged = 0;
    @Saga()
    class ChargeSaga {
      @SagaStep()
      charge({ context }: ISagaContext<{ cents: number }>) {
        charged += context.cents;
        return charged;
      }
    }
    const journal = memoryJournal();
    const apps = [1, 2].map(() =>
      boot({ providers: [ChargeSaga] }, { journal, logger: silentLogger }),
    );
    const chains = (await Promise.all(apps)).map(({ sagas }) =>
      sagas.for(ChargeSaga, { cents: 7 }, { id: 'c-1' }),
    );
    await Promise.all(chains.map((chain) => chain.runAsync()));
    expect(chains.map((chain) => chain.getStepResult('charge'))).toEqual([7, 7]);
    expect(charged).toBe(7);
  });
});
