import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import {
  isSagaError,
  NOTHING_TO_UNDO,
  Saga,
  SagaDefinitionError,
  SagaStep,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';
import { RecordingLogger } from '../../support/recording-logger.js';
import { boot, bootFailure } from '../boot.js';
import { ORDERS, Payments, PlaceOrderSaga, Stock } from '../orders.js';

/** The decorator without its types, as JavaScript calls it. */
const Step = SagaStep as unknown as (options: object) => MethodDecorator;

@Injectable({ scope: Scope.REQUEST })
class CurrentUser {}

describe('the application does not start (semantics 30)', () => {
  async function problems(
    ...providers: NonNullable<Parameters<typeof boot>[0]>['providers'] & object
  ) {
    const error = await bootFailure({ providers });
    expect(isSagaError(error, 'SAGA_DEFINITION')).toBe(true);
    return (error as SagaDefinitionError).problems;
  }

  @Saga()
  @Injectable({ scope: Scope.REQUEST })
  class RequestSaga {
    @SagaStep()
    charge() {}
  }

  @Saga()
  @Injectable({ scope: Scope.TRANSIENT })
  class TransientSaga {
    @SagaStep()
    charge() {}
  }

  @Saga()
  @Injectable()
  class BoundSaga {
    constructor(@Inject(CurrentUser) readonly user: CurrentUser) {}
    @SagaStep()
    charge() {}
  }

  const oneRemedy = [expect.stringMatching(/request-scoped or transient.*make it a singleton/)];

  it.each([
    ['request-scoped', [RequestSaga]],
    ['transient', [TransientSaga]],
    ['dependent on a request-scoped provider', [CurrentUser, BoundSaga]],
    [
      'made per request by a factory',
      [{ provide: RequestSaga, useFactory: () => new RequestSaga(), scope: Scope.REQUEST }],
    ],
    [
      'made by a factory from a request-scoped provider',
      [
        CurrentUser,
        {
          provide: BoundSaga,
          useFactory: (user: CurrentUser) => new BoundSaga(user),
          inject: [CurrentUser],
        },
      ],
    ],
    [
      'request-scoped behind an alias',
      [RequestSaga, { provide: 'ALIAS', useExisting: RequestSaga }],
    ],
  ])('with a saga class that is %s', async (_, providers) => {
    expect(await problems(...providers)).toEqual(oneRemedy);
  });

  it('with a transient saga that somebody injects, told once', async () => {
    @Injectable()
    class Checkout {
      constructor(@Inject(TransientSaga) readonly saga: TransientSaga) {}
    }
    expect(await problems(TransientSaga, Checkout)).toEqual(oneRemedy);
  });

  it('with steps in a class without @Saga()', async () => {
    class Forgotten {
      @SagaStep()
      charge() {}
    }
    expect(await problems(Forgotten)).toEqual([
      'Forgotten: it has @SagaStep methods but no @Saga(); add @Saga() to the class',
    ]);
  });

  it('with a saga without steps', async () => {
    @Saga()
    class Empty {}
    expect(await problems(Empty)).toEqual(['Empty: a saga needs at least one step']);
  });

  it('with the names of methods that do not exist, as JavaScript can give them', async () => {
    @Saga()
    class Untyped {
      readonly refunds = 0;
      @Step({ compensate: 'refnud', probe: 'look', onError: 'refunds' })
      charge() {}
    }
    expect(await problems(Untyped)).toEqual([
      "Untyped: charge: compensate names 'refnud', which is not a method of the class",
      "Untyped: charge: probe names 'look', which is not a method of the class",
      "Untyped: charge: onError names 'refunds', which is not a method of the class",
    ]);
  });

  it.each([
    ['an object without a prototype', Object.create(null), 'an object'],
    ['a list of a symbol', [Symbol('undo')], 'an object'],
    ['a symbol', Symbol('undo'), 'Symbol(undo)'],
  ])('with %s in place of the name of a method', async (_, undo, told) => {
    @Saga()
    class Untyped {
      @Step({ compensate: undo })
      charge() {}
    }
    expect(await problems(Untyped)).toContain(
      `Untyped: charge: compensate names ${told}, which is not a method of the class`,
    );
  });

  it('with a step on a static method: not even its class is made', () => {
    const declare = () => {
      class Static {
        @SagaStep()
        static charge() {}
      }
      return Static;
    };
    expect(declare).toThrow(SagaDefinitionError);
    expect(declare).toThrow(/'Static'.*\n.*charge: .* static method; .*remove 'static'/);
  });

  it('with two steps on one method, of which only one would run', async () => {
    @Saga()
    class Twice {
      @SagaStep({ label: 'Charge' })
      @SagaStep({ label: 'Pay', retry: -1 })
      charge() {}
      @SagaStep()
      ship() {}
    }
    @Saga()
    class Overrides extends Twice {
      @SagaStep()
      override ship() {}
    }
    const twice = 'charge: it has @SagaStep() more than once; a method is one step, remove one';
    expect(await problems(Twice, Overrides)).toEqual([`Twice: ${twice}`, `Overrides: ${twice}`]);
  });

  it('with a step that is no method, as JavaScript can decorate it', async () => {
    const Any = Step({}) as PropertyDecorator;
    @Saga()
    class Fields {
      @Any
      get charge() {
        return 'now';
      }
      @Any
      ship = 5;
      @Any
      get mail() {
        return () => undefined;
      }
    }
    expect(await problems(Fields)).toEqual([
      'Fields: charge: @SagaStep() stands on what is no method; decorate a method',
      'Fields: ship: @SagaStep() stands on what is no method; decorate a method',
    ]);
  });

  it('with options that cannot be right', async () => {
    @Saga({ version: 0 })
    class Bad {
      @SagaStep({ label: 'Charge', retry: -1, timeout: NaN })
      charge() {}
      @SagaStep({ label: 'Ship' })
      ship() {}
      @SagaStep({ label: 'Ship' })
      shipAgain() {}
    }
    expect(await problems(Bad)).toEqual([
      expect.stringMatching(/Bad: step 'Charge': retry .*-1/),
      expect.stringMatching(/Bad: step 'Charge': timeout .*NaN/),
      expect.stringMatching(/Bad: label 'Ship' is used twice/),
      expect.stringMatching(/Bad: version must be a whole number/),
    ]);
  });

  it('with a retired step that has nothing to undo', async () => {
    @Saga()
    class Retired {
      @SagaStep()
      ship() {}
      @SagaStep({ retired: true })
      charge() {}
      @SagaStep({ retired: true, compensate: NOTHING_TO_UNDO })
      mail() {}
    }
    expect(await problems(Retired)).toEqual([
      'Retired: charge: a retired step needs a compensate: undoing is all it is kept for',
      'Retired: mail: a retired step needs a compensate: undoing is all it is kept for',
    ]);
  });

  it('with options that nobody reads', async () => {
    const misspelt = { retries: 3, timeOut: 5, retry: { retries: 1, dealy: 5 } };
    const nameless = { nam: 'PlaceOrder' };
    @Saga(nameless as object)
    class Misspelt {
      @SagaStep(misspelt as object)
      charge() {}
    }
    expect(await problems(Misspelt)).toEqual([
      "Misspelt: unknown option 'nam' of @Saga() (did you mean 'name'?), which accepts name, input, version, onCompensationFailure",
      expect.stringMatching(
        /^Misspelt: charge: unknown option 'retries' of @SagaStep\(\) \(did you mean 'retry'\?\), which accepts label, /,
      ),
      expect.stringMatching(/^Misspelt: charge: unknown option 'timeOut' .*did you mean 'timeout'/),
      expect.stringMatching(
        /^Misspelt: unknown option 'dealy' of step 'charge': retry \(did you mean 'delay'\?\), which accepts retries, /,
      ),
    ]);
  });

  it('with what is no name and no options', async () => {
    const Any = (given: unknown) => Step(given as object);
    @Saga(null as never)
    class Nothing {
      @Any(null)
      charge() {}
      @Any(['Ship'])
      ship() {}
      @Any(42)
      mail() {}
    }
    const takes = 'takes a name or an object of options';
    expect(await problems(Nothing)).toEqual([
      `Nothing: @Saga() ${takes} (got null)`,
      `Nothing: charge: @SagaStep() ${takes} (got null)`,
      `Nothing: ship: @SagaStep() ${takes} (got an object)`,
      `Nothing: mail: @SagaStep() ${takes} (got 42)`,
    ]);
  });

  it('with @Saga without its parentheses: not even its class is made', () => {
    const Naked = Saga as unknown as ClassDecorator;
    const declare = () => {
      @Naked
      class Bare {
        @SagaStep()
        charge() {}
      }
      return Bare;
    };
    expect(declare).toThrow(/'Bare'.*\n.*write @Saga\(\)/);
  });

  it('with an undo behind the pivot, or a second pivot', async () => {
    @Saga()
    class TwoWays {
      @SagaStep({ pivot: true })
      pay() {}
      @SagaStep({ compensate: 'recall' })
      ship() {}
      recall() {}
      @SagaStep({ pivot: true })
      mail() {}
    }
    expect(await problems(TwoWays)).toEqual([
      expect.stringMatching(/^TwoWays: step 'ship': compensate stands behind the pivot 'pay'/),
      expect.stringMatching(/^TwoWays: step 'mail': it is a second pivot/),
    ]);
  });

  it('with two sagas of one name and version', async () => {
    @Saga('PlaceOrder')
    class Impostor {
      @SagaStep()
      charge() {}
    }
    expect(await problems(...ORDERS, Impostor)).toEqual([
      expect.stringMatching(/'PlaceOrder' version 1.*PlaceOrderSaga and Impostor/),
    ]);
  });

  it('with one class in the providers of two modules: which instance should run?', async () => {
    @Module({ providers: ORDERS })
    class ShopModule {}
    const error = await bootFailure({ imports: [ShopModule], providers: ORDERS });
    expect((error as SagaDefinitionError).problems).toEqual([
      expect.stringMatching(/PlaceOrderSaga and PlaceOrderSaga.*one module only/),
    ]);
  });

  it('and tells all problems of all classes in one error', async () => {
    class Forgotten {
      @SagaStep()
      charge() {}
    }
    @Saga()
    class Untyped {
      @Step({ compensate: 'nothing', retry: 0.5 })
      charge() {}
    }
    const error = await bootFailure({ providers: [Forgotten, Untyped, RequestSaga] });
    expect((error as SagaDefinitionError).problems).toHaveLength(4);
    for (const name of ['Forgotten', 'Untyped', 'RequestSaga']) expect(error.message).toMatch(name);
  });
});

describe('the application starts with a warning', () => {
  async function warnings(type: new (...args: never[]) => object): Promise<string[]> {
    const logger = new RecordingLogger();
    await boot({ providers: [Stock, Payments, type] }, { logger });
    return logger.messages('warn');
  }

  it('for steps before the pivot that nothing undoes (semantics 12)', async () => {
    @Saga('Ship')
    class ShipSaga {
      @SagaStep()
      reserve() {}
      @SagaStep({ compensate: 'refund' })
      charge(_ctx: ISagaContext<object>) {}
      refund() {}
      @SagaStep()
      pack() {}
      @SagaStep({ pivot: true })
      handOver() {}
      @SagaStep()
      mail() {}
    }
    const [line, ...others] = await warnings(ShipSaga);
    expect(others).toEqual([]);
    expect(line).toMatch(/Saga Ship has no compensation for 'reserve', 'pack'; .*NOTHING_TO_UNDO/);
  });

  it('but not when it is said that there is nothing to undo, or all is undone', async () => {
    @Saga('Quote')
    class QuoteSaga {
      @SagaStep({ compensate: NOTHING_TO_UNDO })
      look() {}
    }
    expect(await warnings(QuoteSaga)).toEqual([]);
    expect(await warnings(PlaceOrderSaga)).toEqual([]);
  });
});
