import { concatMap, defer, EMPTY, from, map, Observable, of, throwError } from 'rxjs';
import {
  Err,
  Ok,
  ResultFactory,
  SagaOrchestratorBuilder,
  type ISagaContext,
} from 'nestjs-saga-orchestrator/core';
import { declines, losesItsAnswer, returns } from '../../support/behaviours.js';
import { failureOf, Shop } from '../../support/shop.js';

type Make = (value: unknown) => unknown;
const later = <T>(value: T): Promise<T> => Promise.resolve(value);
const foreign = (value: unknown) => ({ isOk: () => true, isErr: () => false, value });
/** Begins when it is awaited, not before, as a query of Prisma or Knex does. */
const lazy = (value: unknown) => ({
  then: (resolve: (value: unknown) => void) => resolve(value),
});

/** A cold observable that counts how often it was run. */
function request(value: unknown = 'tx-1') {
  const sent = { times: 0 };
  const source = defer(() => {
    sent.times += 1;
    return of(value);
  });
  return { sent, source };
}

const AWAITED: readonly (readonly [string, (source: Observable<unknown>) => unknown])[] = [
  ['an observable', (source) => source],
  ['out of a promise', (source) => later(source)],
  ['out of a promise of a promise', (source) => later(later(source))],
  ['inside Ok', (source) => ResultFactory.success(source)],
  ['inside Ok, out of a promise', (source) => later(new Ok(source))],
  ["inside somebody else's Ok", (source) => later(foreign(source))],
  ['inside Ok inside Ok', (source) => new Ok(new Ok(source))],
  ['inside a promise inside Ok', (source) => new Ok(later(source))],
  ['inside all of them', (source) => later(new Ok(later(new Ok(later(source)))))],
  ['out of a thenable', (source) => lazy(source)],
  ['out of a thenable inside Ok', (source) => new Ok(lazy(source))],
  ['that emits an Ok', (source) => later(source.pipe(map((value) => new Ok(value))))],
  ['that emits a promise', (source) => later(source.pipe(map((value) => later(value))))],
  ['that emits an Ok of a promise', (source) => source.pipe(map((value) => new Ok(later(value))))],
  ['flattened', (source) => later(of(1).pipe(concatMap(() => source)))],
];

function* generator() {
  yield 'tx-1';
}
async function* laterGenerator() {
  yield 'tx-1';
}
const cursor = { next: async () => ({ done: true }), [Symbol.asyncIterator]: () => cursor };

/** What is no value, and what must be said of it. */
const REFUSED: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['a function', () => () => 'tx-1', /returned a function, .* nothing ran\. Call it/],
  ['an async function', () => async () => 'tx-1', /returned a function/],
  ['a class', () => class Charge {}, /returned a function/],
  ['a generator', generator, /returned an iterator or a generator.*nothing ran\. Make the method/],
  ['an async generator', laterGenerator, /returned an iterator or a generator/],
  ['an iterator', () => [1, 2].values(), /returned an iterator/],
  ['a cursor', () => cursor, /returned an iterator/],
  ['a list of observables', () => [of(1), of(2)], /list with observables.*nothing ran.*forkJoin/],
  ['a list with one observable', () => ['tx-1', null, of(2)], /list with observables/],
  ['a list of lists of observables', () => [[of(1)], [of(2)]], /list with observables/],
  ['a set of observables', () => new Set([of(1)]), /list with observables/],
  ['a map of observables', () => new Map([['a', of(1)]]), /list with observables/],
  ['observables by name', () => ({ charge: of(1) }), /object with observables.*nothing ran/],
  ['a list of functions', () => [() => 1], /list with functions/],
  ['lists of observables by name', () => ({ a: 1, refunds: [of(1)] }), /object with observables/],
  ['observables by names in names', () => ({ a: { b: { c: of(1) } } }), /object with observables/],
  ['a list of observables by name', () => [{ charge: of(1) }], /list with observables/],
  ['a list of Ok of observables', () => [new Ok(of(1))], /list with observables/],
];

const WAYS: readonly (readonly [string, Make])[] = [
  ['as it is', (value) => value],
  ['out of a promise', later],
  ['inside Ok', (value) => new Ok(value)],
  ['inside Ok, out of a promise', (value) => later(new Ok(value))],
  ['inside Ok inside Ok', (value) => new Ok(new Ok(value))],
  ["inside somebody else's Ok", foreign],
  ['out of a promise inside Ok', (value) => new Ok(later(value))],
];

const CASES = REFUSED.flatMap(([what, make, says]) =>
  WAYS.map(([way, wrap]) => [`${what}, ${way}`, () => wrap(make()), says] as const),
);

/** The same saga with a journal or a time limit goes another way through the code. */
const HOSTS = [
  ['of a bare chain', {}],
  ['with a time limit', { timeout: 1_000 }],
] as const;

describe('what is returned is awaited as Nest awaits its handlers (semantics 3c)', () => {
  describe.each(HOSTS)('an action %s', (_, limits) => {
    it.each(AWAITED)('%s is run, once, and its value is the result', async (__, wrap) => {
      const { sent, source } = request();
      const shop = new Shop();
      const step = shop.step('Charge', { does: [returns(wrap(source))], ...limits });
      const saga = shop.saga().step(step);
      await shop.run(saga);
      expect(sent.times).toBe(1);
      expect(saga.getStepResult('Charge')).toBe('tx-1');
    });

    it.each([
      ['its error', throwError(() => new Error('declined'))],
      ['its Err', of(new Err(new Error('declined')))],
      ['the Err inside its Ok', of(new Ok(new Err(new Error('declined'))))],
    ])('out of a promise fails by %s', async (__, source) => {
      const shop = new Shop();
      const step = shop.step('Charge', { does: [() => later(source)], ...limits });
      const error = await shop.failure(shop.saga().step(step));
      expect(error.cause).toMatchObject({ message: 'declined' });
      expect(shop.log).toEqual(['Charge']);
    });

    it.each(CASES)(
      '%s is a failed attempt: nothing ran, nothing is undone',
      async (__, does, says) => {
        const shop = new Shop();
        const step = shop.step('Charge', { does: [does], ...limits });
        const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(step));
        expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Charge' });
        expect((error.cause as Error).message).toMatch(says);
        expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
        expect(shop.records).toContainEqual(
          expect.objectContaining({ type: 'failed', outcome: 'not-done' }),
        );
      },
    );

    it.each<[string, () => unknown, RegExp]>([
      ['an observable of observables', () => of(1).pipe(map(() => of(2))), /concatMap/],
      ['the same out of a promise', () => later(of(of(2))), /concatMap/],
      ['the same by an Ok', () => of(new Ok(of(2))), /concatMap/],
      ['an observable of functions', () => of(() => 1), /returned a function/],
      ['a list of promises', () => [later(1)], /list with promises.*Promise\.all/],
      ['a list of promises, later', () => later([1, later(1)]), /list with promises/],
      ['a list of promises in Ok', () => new Ok([later(1)]), /list with promises/],
      ['a list of thenables', () => [lazy(1)], /list with promises/],
    ])('%s has run in part: it is unknown, and undone', async (__, does, says) => {
      const shop = new Shop();
      const error = await shop.failure(
        shop.saga().step(shop.step('Charge', { does: [does], ...limits })),
      );
      expect((error.cause as Error).message).toMatch(says);
      expect(shop.log).toEqual(['Charge', 'undo Charge']);
      expect(shop.undoContext('Charge').outcome).toBe('unknown');
    });

    it('a list of promises is waited for before its step is undone, and a rejection is heard', async () => {
      const shop = new Shop();
      const pause = () => new Promise<void>((resolve) => shop.clock.schedule(700, resolve));
      const does = () => [Promise.reject(new Error('no')), pause()];
      await shop.failure(shop.saga().step(shop.step('Charge', { does: [does], ...limits })));
      expect(shop.times('undo Charge')).toEqual([700]);
    });
  });

  const ring: unknown[] = [1];
  ring.push(ring, { ring });
  const page = { items: [1], next: 'page-2' };
  class Node {
    readonly value = 1;
    next(): undefined {
      return undefined;
    }
  }
  it.each<[string, unknown]>([
    ['a list', [1, { tx: 'tx-1' }, null, [2], 'text']],
    ['an empty list', []],
    ['a map', new Map([['tx', 1]])],
    ['a set', new Set([1])],
    ['bytes', new Uint8Array([1, 2])],
    ['a date', new Date(0)],
    ['a page with a next', page],
    ['an object with a method next', new Node()],
    ['a value beside a function, as a hook of React', [1, () => undefined]],
    ['an object with functions, as a client is', { tx: 'tx-1', cancel: () => undefined }],
    ['an answer of axios', { data: {}, status: 201, config: { transformRequest: [() => 1] } }],
    ['an object without a prototype', Object.assign(Object.create(null), { tx: 1 })],
    ['a job whose end somebody else awaits', { id: 1, ended: Promise.resolve() }],
    // No journal stores it, which is told as of any other value: its action took place.
    ['a list of iterators', [generator(), generator()]],
    ['a list that holds itself', ring],
    ['much', Array.from({ length: 20_000 }, () => ({ a: { b: [1] } }))],
    ['a text', 'tx-1'],
    ['nothing', null],
    ['a symbol', Symbol('tx')],
  ])('%s is a value as it is', async (_, value) => {
    for (const [, wrap] of WAYS) {
      const shop = new Shop();
      const saga = shop.saga().step(shop.step('Charge', { does: [() => wrap(value)] }));
      await shop.run(saga);
      expect(saga.getStepResult('Charge')).toBe(value);
    }
  });

  it('an observable without a value gives undefined', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge', { does: [async () => EMPTY] }));
    await shop.run(saga);
    expect(saga.getStepResult('Charge')).toBeUndefined();
  });

  it('an Ok that holds itself has an end', async () => {
    const ring = { isOk: () => true, isErr: () => false, value: undefined as unknown };
    ring.value = ring;
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge', { does: [() => ring] }));
    await expect(shop.run(saga)).rejects.toMatchObject({ failedLabel: 'Charge' });
  });
});

describe('the time limit of an action covers what it returns (semantics 3c, 6)', () => {
  /** Never answers, and counts who waits for it. */
  function silence() {
    const seen = { begun: 0, ended: 0 };
    const source = new Observable(() => {
      seen.begun += 1;
      return () => (seen.ended += 1);
    });
    return { seen, source };
  }

  it.each(WAYS)('an observable %s is unsubscribed from at its end', async (_, wrap) => {
    const { seen, source } = silence();
    const shop = new Shop();
    const charge = shop.step('Charge', { does: [() => wrap(source)], timeout: 50 });
    const error = await shop.failure(shop.saga().step(charge));
    expect(error.cause).toMatchObject({ code: 'SAGA_TIMEOUT' });
    expect(seen).toEqual({ begun: 1, ended: 1 });
    expect(shop.times('undo Charge')).toEqual([50]);
  });

  it('what a late promise brings is not begun any more', async () => {
    const { seen, source } = silence();
    const shop = new Shop();
    const late = async () => {
      await new Promise<void>((resolve) => shop.clock.schedule(90, resolve));
      return source;
    };
    await shop.failure(shop.saga().step(shop.step('Charge', { does: [late], timeout: 50 })));
    expect(shop.clock.monotonic()).toBeGreaterThanOrEqual(90);
    expect(seen.begun).toBe(0);
  });

  it('nor is what a cancelled promise brings', async () => {
    const { seen, source } = silence();
    const shop = new Shop();
    const saga = shop.saga().step(
      shop.step('Charge', {
        does: [
          async () => {
            saga.cancel();
            return source;
          },
        ],
      }),
    );
    await shop.failure(saga);
    expect(seen.begun).toBe(0);
    expect(shop.undoContext('Charge').outcome).toBe('unknown');
  });

  it('a cancel ends what is under way', async () => {
    const { seen, source } = silence();
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge', { does: [async () => source] }));
    const ended = failureOf(saga.runAsync());
    await new Promise(setImmediate);
    saga.cancel();
    await ended;
    expect(seen).toEqual({ begun: 1, ended: 1 });
  });
});

describe('an undo (semantics 3c)', () => {
  const undo = async (undoes: (ctx: ISagaContext<never>) => unknown) => {
    const shop = new Shop();
    const saga = shop
      .saga()
      .step(shop.step('Reserve', { undoes: [undoes], compensationRetry: 1 }))
      .step(shop.step('Charge', { does: [declines()] }));
    return { shop, error: await shop.failure(saga) };
  };

  it.each(AWAITED)('%s is run, once', async (_, wrap) => {
    const { sent, source } = request();
    const { shop, error } = await undo(returns(wrap(source)));
    expect(sent.times).toBe(1);
    expect(error).toMatchObject({ status: 'compensated', compensated: ['Reserve'] });
    expect(shop.history).toContain('undone Reserve');
  });

  it.each(CASES)('%s is a failed undo, and never undone', async (_, undoes, says) => {
    const { shop, error } = await undo(undoes);
    expect(error).toMatchObject({ status: 'parked', parkReason: 'compensation-failed' });
    expect(error.compensated).toEqual([]);
    const [failure] = error.compensationErrors;
    expect((failure?.error as Error).message).toMatch(says);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve', 'undo Reserve']);
    expect(shop.history).not.toContain('undone Reserve');
  });

  it.each<[string, () => unknown]>([
    ['a list of promises', () => [later(1)]],
    ['a list of rejections', () => [Promise.reject(new Error('no'))]],
    ['an observable of observables', () => from([of(1), of(2)])],
  ])('%s is a failed undo, too', async (_, undoes) => {
    const { error } = await undo(undoes);
    expect(error).toMatchObject({ status: 'parked', parkReason: 'compensation-failed' });
  });
});

describe('a probe (semantics 3c)', () => {
  const asked = async (probe: () => unknown) => {
    const shop = new Shop();
    const step = shop.step('Charge', { does: [losesItsAnswer], probe: probe as never });
    const saga = shop.saga().step(step);
    const failed = await shop.run(saga).then(
      () => false,
      () => true,
    );
    return { shop, saga, failed };
  };

  it.each(AWAITED)('%s is run, once, for its answer', async (_, wrap) => {
    const { sent, source } = request({ outcome: 'done', result: 'tx-1' });
    const { saga, failed } = await asked(() => wrap(source));
    expect(failed).toBe(false);
    expect(sent.times).toBe(1);
    expect(saga.getStepResult('Charge')).toBe('tx-1');
  });

  it.each(CASES)('%s is no answer: unknown, and logged', async (_, probe, says) => {
    const { shop, failed } = await asked(probe);
    expect(failed).toBe(true);
    expect(shop.undoContext('Charge').outcome).toBe('unknown');
    expect(shop.logger.messages('error')).toEqual(["probe of step 'Charge' failed"]);
    const line = shop.logger.lines.find(({ message }) => message.startsWith('probe of'));
    expect(String(line?.fields['error'])).toMatch(says);
  });
});

describe('onError (semantics 3c)', () => {
  const told = async (onError: () => unknown) => {
    const shop = new Shop();
    await shop.failure(shop.saga().step(shop.step('Charge', { does: [declines()], onError })));
    return shop.logger.messages('error');
  };

  it.each(AWAITED)('%s is run, once', async (_, wrap) => {
    const { sent, source } = request();
    expect(await told(() => wrap(source))).toEqual([]);
    expect(sent.times).toBe(1);
  });

  it.each(CASES)('%s is logged', async (_, onError) => {
    expect(await told(onError)).toEqual(["onError of step 'Charge' failed"]);
  });

  it('an Err is logged, too', async () => {
    expect(await told(() => new Err('no'))).toEqual(["onError of step 'Charge' failed"]);
  });
});

it('a chain without observers awaits as much', async () => {
  const { sent, source } = request();
  const saga = new SagaOrchestratorBuilder('Pay', {}, new Shop().logger)
    .step({ label: 'Charge', action: async () => new Ok(source) })
    .step({ label: 'Ship', action: async () => 'shipped' });
  await saga.runAsync();
  expect(sent.times).toBe(1);
  expect(saga.getStepResult<unknown>('Charge')).toBe('tx-1');
});
