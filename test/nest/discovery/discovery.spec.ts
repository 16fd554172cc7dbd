import {
  Inject,
  Injectable,
  Module,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import {
  Saga,
  SagaOperations,
  SagaOrchestratorFactory,
  SagaStep,
  type ISagaContext,
  type ProbeAnswer,
} from 'nestjs-saga-orchestrator';
import { RecordingLogger } from '../../support/recording-logger.js';
import { boot } from '../boot.js';
import { ORDERS, Payments, PlaceOrderSaga, Stock, tea } from '../orders.js';

const names = (operations: SagaOperations) => operations.definitions.map(({ name }) => name);

describe('discovery finds a saga class (semantics 30)', () => {
  it.each([
    ['as a plain provider', [PlaceOrderSaga]],
    ['by useClass', [{ provide: PlaceOrderSaga, useClass: PlaceOrderSaga }]],
    ['by useClass under a token', [{ provide: 'ORDER_SAGA', useClass: PlaceOrderSaga }]],
    [
      'by useFactory',
      [
        {
          provide: PlaceOrderSaga,
          useFactory: (stock: Stock, payments: Payments) => new PlaceOrderSaga(stock, payments),
          inject: [Stock, Payments],
        },
      ],
    ],
    [
      'by useFactory without injection, under a token',
      [
        {
          provide: 'ORDER_SAGA',
          useFactory: () => new PlaceOrderSaga(new Stock(), new Payments()),
        },
      ],
    ],
    [
      'by an async useFactory',
      [
        {
          provide: 'ORDER_SAGA',
          useFactory: async () => new PlaceOrderSaga(new Stock(), new Payments()),
        },
      ],
    ],
    [
      'by useValue',
      [{ provide: PlaceOrderSaga, useValue: new PlaceOrderSaga(new Stock(), new Payments()) }],
    ],
    [
      'once, though useExisting gives it a second token',
      [PlaceOrderSaga, { provide: 'ORDER_SAGA', useExisting: PlaceOrderSaga }],
    ],
  ])('%s', async (_, providers) => {
    const { app, sagas } = await boot({ providers: [Stock, Payments, ...providers] });
    expect(names(app.get(SagaOperations))).toEqual(['PlaceOrder']);
    const saga = sagas.for(PlaceOrderSaga, tea());
    await saga.runAsync();
    expect(saga.getStepResult('ReserveStock')).toEqual({ reserved: 2 });
  });

  it('by the class that stands for it in useClass', async () => {
    @Saga('PlaceOrder')
    @Injectable()
    class PlaceOrderOnAccountSaga extends PlaceOrderSaga {
      override charge() {
        return { tx: 'on account' };
      }
    }
    const provided = { provide: PlaceOrderSaga, useClass: PlaceOrderOnAccountSaga };
    const { sagas } = await boot({ providers: [Stock, Payments, provided] });
    for (const type of [PlaceOrderSaga, PlaceOrderOnAccountSaga]) {
      const saga = sagas.for(type, tea(1));
      await saga.runAsync();
      expect(saga.getStepResult('charge')).toEqual({ tx: 'on account' });
    }
  });

  it('in a module that is imported by another, and in one that is imported twice', async () => {
    @Module({ providers: ORDERS })
    class OrdersModule {}
    @Module({ imports: [OrdersModule] })
    class ShopModule {}
    const { app } = await boot({ imports: [ShopModule, OrdersModule] });
    expect(names(app.get(SagaOperations))).toEqual(['PlaceOrder']);
  });

  it('and leaves everything else alone', async () => {
    const odd = [
      { provide: 'NULL', useValue: null },
      { provide: 'TEXT', useValue: 'PlaceOrder' },
      { provide: 'BARE', useValue: Object.create(null) as object },
      { provide: 'LATER', useFactory: () => undefined },
    ];
    const { app } = await boot({ providers: [...odd, ...ORDERS] });
    expect(names(app.get(SagaOperations))).toEqual(['PlaceOrder']);
  });
});

describe('a saga class is compiled', () => {
  it('with its steps in the order of their declaration, labelled by their methods', async () => {
    const { app } = await boot({ providers: ORDERS });
    const { steps, version } = app.get(SagaOperations).definition('PlaceOrder');
    expect(steps.map(({ label }) => label)).toEqual(['ReserveStock', 'charge']);
    expect(version).toBe(1);
  });

  it('under the name of its class when it has no other', async () => {
    @Saga()
    class ReturnOrder {
      @SagaStep('Refund')
      refund() {}
    }
    const { app } = await boot({ providers: [ReturnOrder] });
    expect(app.get(SagaOperations).definition('ReturnOrder').step('Refund')).toBeDefined();
  });

  it('with inherited steps first, an overridden one in its first place', async () => {
    const log: string[] = [];
    abstract class Fulfilment {
      @SagaStep({ compensate: 'unpack' })
      pack(_ctx: ISagaContext<{ orderId: string }>) {
        log.push('pack');
      }
      abstract unpack(): void;
      @SagaStep()
      label() {
        log.push('label');
      }
    }
    @Saga('Express')
    class ExpressSaga extends Fulfilment {
      override unpack() {
        log.push('unpack');
      }
      override pack() {
        log.push('pack express');
      }
      @SagaStep()
      ship() {
        log.push('ship');
        throw new Error('no courier');
      }
    }
    const { sagas } = await boot({ providers: [ExpressSaga] });
    await expect(sagas.for(ExpressSaga, { orderId: 'o-1' }).runAsync()).rejects.toThrow();
    expect(log).toEqual(['pack express', 'label', 'ship', 'unpack']);
  });

  it('with the settings of the override when the override is decorated again', async () => {
    class Transfer {
      @SagaStep({ label: 'Debit', retry: 5 })
      debit() {}
      @SagaStep('Credit')
      credit() {}
    }
    @Saga()
    class CarefulTransfer extends Transfer {
      @SagaStep({ label: 'Debit carefully', retry: 1 })
      override debit() {}
    }
    const { app } = await boot({ providers: [CarefulTransfer] });
    const { steps } = app.get(SagaOperations).definition('CarefulTransfer');
    expect(steps.map(({ label, policy }) => [label, policy.retry.retries])).toEqual([
      ['Debit carefully', 1],
      ['Credit', 0],
    ]);
  });

  it('in several versions side by side', async () => {
    @Saga({ name: 'PlaceOrder', version: 2 })
    class PlaceOrderV2 {
      @SagaStep()
      charge() {}
    }
    const { app } = await boot({ providers: [...ORDERS, PlaceOrderV2] });
    const operations = app.get(SagaOperations);
    expect(operations.definition('PlaceOrder', 1).steps).toHaveLength(2);
    expect(operations.definition('PlaceOrder').version).toBe(2);
  });
});

describe('a step is called', () => {
  it('on the instance that Nest made, with what was injected into it', async () => {
    const { app, sagas } = await boot({ providers: ORDERS });
    await sagas.for(PlaceOrderSaga, tea(3), { id: 'o-1' }).runAsync();
    expect(app.get(Stock).left).toBe(2);
    expect(app.get(Payments).charged.get('tx-o-1')).toBe(300);
  });

  it('late: a spy that was put there after the start is honoured', async () => {
    const { app, sagas } = await boot({ providers: ORDERS });
    const charge = jest.spyOn(app.get(PlaceOrderSaga), 'charge').mockImplementation(() => {
      throw new Error('declined by the spy');
    });
    const refund = jest.spyOn(app.get(PlaceOrderSaga), 'releaseStock');
    await expect(sagas.for(PlaceOrderSaga, tea()).runAsync()).rejects.toThrow(/by the spy/);
    expect(charge).toHaveBeenCalledTimes(1);
    expect(refund).toHaveBeenCalledTimes(1);
    expect(app.get(Stock).left).toBe(5);
  });

  it('for sagas that start from another provider of any module', async () => {
    @Injectable()
    class Checkout {
      constructor(@Inject(SagaOrchestratorFactory) readonly sagas: SagaOrchestratorFactory) {}
    }
    @Module({ providers: [Checkout] })
    class CheckoutModule {}
    const { app } = await boot({ imports: [CheckoutModule], providers: ORDERS });
    const saga = app.get(Checkout, { strict: false }).sagas.for(PlaceOrderSaga, tea());
    expect((await saga.runAsync()).isSuccess).toBe(true);
  });
});

describe('decorators that Nest does not apply to steps', () => {
  class Enhancer {}

  it('are named at the start, with class, method and decorator', async () => {
    class Base {
      @UseInterceptors(Enhancer as never)
      refund() {}
    }
    @Saga('Enhanced')
    @UseGuards(Enhancer)
    class Enhanced extends Base {
      @SagaStep({ compensate: 'refund', probe: 'look', onError: 'tell' })
      @UseInterceptors(Enhancer as never)
      charge() {}

      @UsePipes(Enhancer as never)
      look(): ProbeAnswer {
        return 'done';
      }

      @UseFilters(Enhancer as never)
      tell() {}

      @UseGuards(Enhancer)
      noStep() {}
    }
    const logger = new RecordingLogger('warn');
    await boot({ providers: [Enhanced, Enhancer] }, { logger });
    expect(logger.messages('warn')).toEqual([
      'Saga Enhanced has decorators that Nest does not apply to steps (Enhanced: @UseGuards(), ' +
        'Enhanced.charge: @UseInterceptors(), Enhanced.refund: @UseInterceptors(), Enhanced.look: ' +
        '@UsePipes(), Enhanced.tell: @UseFilters()): remove them, and do in the step what they would do',
    ]);
  });

  it('are not looked for on what is no saga', async () => {
    const logger = new RecordingLogger('warn');
    @UseGuards(Enhancer)
    class Plain {}
    await boot({ providers: [Plain, ...ORDERS] }, { logger });
    expect(logger.messages('warn').filter((line) => /decorators/.test(line))).toEqual([]);
  });
});
