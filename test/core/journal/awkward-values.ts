import { runInNewContext } from 'node:vm';

/** A value that payloads meet sooner or later, and what must become of it. */
export interface AwkwardValue {
  readonly name: string;
  /** A fresh one each time. */
  readonly make: () => unknown;
  /** The complaint, with the path from `$`; absent: it comes back exactly. */
  readonly refused?: { readonly path: string; readonly why: RegExp };
  /** What comes back when it is not exactly the same. */
  readonly comesBackAs?: () => unknown;
}

export class Money {
  constructor(readonly cents: number) {}

  times(factor: number): Money {
    return new Money(this.cents * factor);
  }
}

/** Validated DTOs, as `class-transformer` makes them: fields, and nothing else. */
class Line {
  sku = 'tea';
  readonly at = new Date(0);
}
class Order {
  lines = [new Line(), new Line()];
  byId = new Map([['l-1', new Line()]]);
  // A colour is no private name, and neither is one in a comment: #secret.
  color = '#fff';
  static of(): Order {
    return new Order();
  }
}
class RushOrder extends Order {
  hours = 2;
}

class WithGetter extends Order {
  get size(): number {
    return this.lines.length;
  }
}
class WithSymbol extends Order {
  get [Symbol.toStringTag](): string {
    return 'Order';
  }
}
class WithArrow extends Order {
  total = (): number => this.lines.length;
}
class WithPrivate {
  readonly #secret: string;
  static read(of: WithPrivate): string {
    return of.#secret;
  }
  constructor(readonly id = 'o-1') {
    this.#secret = `secret of ${id}`;
  }
}
function withInheritedValue(): unknown {
  return Object.create({ sku: 'tea' }) as unknown;
}
/** As a class was written before there were classes. */
function OldLine(this: { sku: string }): void {
  this.sku = 'tea';
}
function OldError(this: { message: string; name: string }, message: string): void {
  this.message = message;
  this.name = 'OldError';
}
OldError.prototype = Object.create(Error.prototype) as object;

const plainLine = () => ({ sku: 'tea', at: new Date(0) });
const plainOrder = () => ({
  lines: [plainLine(), plainLine()],
  byId: new Map([['l-1', plainLine()]]),
  color: '#fff',
});

/** What `code` gives in a realm of its own. */
const foreign = (code: string): unknown => runInNewContext(`(${code})`);

/** Of Jest's fake timers, which are those of @sinonjs: its class is a subclass that denies it. */
function fakeDate(): Date {
  jest.useFakeTimers({ now: 1_000 });
  try {
    return new Date();
  } finally {
    jest.useRealTimers();
  }
}

class OrderedMap extends Map<string, number> {}
class Basket extends Array<string> {}
class Moment extends Date {}
class CardError extends Error {}

export const TOKEN = 'Bearer s3cr3t';

function chain(depth: number): unknown {
  let value: unknown = 'end';
  for (let i = 0; i < depth; i += 1) value = { next: value };
  return value;
}

function circular(): unknown {
  const order: Record<string, unknown> = { id: 'o-1' };
  order['lines'] = [{ order }];
  return order;
}

function httpError(): Error {
  const error = Object.assign(new Error('card declined'), {
    code: 'DECLINED',
    config: { headers: { authorization: TOKEN } },
  });
  error.cause = Object.assign(new TypeError('socket hang up'), { token: TOKEN });
  return error;
}

/** An error as it comes back: the class is gone, the name is kept. */
function stored(name: string, message: string, code?: string, cause?: Error): Error {
  const error = cause === undefined ? new Error(message) : new Error(message, { cause });
  return Object.assign(error, { name }, code === undefined ? {} : { code });
}

const own = (key: string): unknown => JSON.parse(`{"order":{"${key}":{"admin":true}}}`);

const hostile: ProxyHandler<object> = new Proxy(
  {},
  {
    get: () => () => {
      throw new Error('do not touch');
    },
  },
);

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return { proxy };
}

export const STORABLE: readonly AwkwardValue[] = [
  { name: 'a plain object', make: () => ({ id: 'o-1', lines: [{ sku: 'tea', n: 2 }] }) },
  { name: 'null', make: () => null },
  { name: 'undefined', make: () => undefined },
  { name: 'undefined in an object', make: () => ({ note: undefined }) },
  { name: 'undefined in an array', make: () => [undefined, null] },
  { name: 'an empty string', make: () => '' },
  { name: 'false', make: () => false },
  { name: 'a BigInt', make: () => 2n ** 80n },
  { name: 'a negative BigInt in a list', make: () => [{ balance: -9_007_199_254_740_993n }] },
  { name: 'NaN', make: () => NaN },
  { name: 'Infinity', make: () => ({ limit: Infinity }) },
  { name: '-Infinity', make: () => [-Infinity] },
  { name: '-0', make: () => -0 },
  { name: 'the smallest number', make: () => 5e-324 },
  { name: 'a Date', make: () => new Date('2026-11-23T09:00:00.123Z') },
  { name: 'an invalid Date', make: () => ({ shippedAt: new Date(NaN) }) },
  { name: 'a Date before 1970', make: () => new Date(-1) },
  { name: 'a Map', make: () => new Map([['tea', 2]]) },
  { name: 'a Map with object keys', make: () => new Map([[{ sku: 'tea' }, new Date(0)]]) },
  { name: 'a Set', make: () => new Set(['tea', 3n, undefined]) },
  { name: 'nested collections', make: () => new Map([['a', new Set([new Map([[1, [2]]])])]]) },
  { name: 'a Uint8Array', make: () => new Uint8Array([0, 127, 255]) },
  { name: 'a view into a larger buffer', make: () => new Uint8Array(8).fill(7).subarray(2, 5) },
  { name: 'a Buffer', make: () => Buffer.from('tea\u0000') },
  { name: 'a NUL in a string', make: () => 'a\u0000b' },
  { name: 'a NUL in a key', make: () => ({ 'a\u0000b': 1 }) },
  { name: 'a lone high surrogate', make: () => 'tea \ud83c' },
  { name: 'a lone low surrogate in a key', make: () => ({ '\udf75': 1 }) },
  { name: 'emoji and control characters', make: () => '🍵\u2028\u0001\ufffe' },
  { name: "a key '$saga'", make: () => ({ $saga: 'date', value: 0 }) },
  { name: "a key '$saga' in a key '$saga'", make: () => ({ $saga: { $saga: 'bigint' } }) },
  { name: 'keys that look like indexes', make: () => ({ 2: 'b', 1: 'a', x: 'c' }) },
  { name: 'an empty key', make: () => ({ '': { '': 0 } }) },
  {
    name: 'a null-prototype object',
    make: () => Object.assign(Object.create(null) as object, { sku: 'tea' }),
  },
  {
    name: "a null-prototype object with a key '$saga'",
    make: () => Object.assign(Object.create(null) as object, { $saga: 'map' }),
  },
  { name: 'the same object twice', make: () => Array<object>(2).fill({ sku: 'tea' }) },
  { name: '200 levels', make: () => chain(200) },
  {
    name: 'a getter',
    make: () => ({
      get total() {
        return 3;
      },
    }),
    comesBackAs: () => ({ total: 3 }),
  },
  { name: 'a DTO', make: () => new Line(), comesBackAs: plainLine },
  {
    name: 'a DTO of DTOs, inherited',
    make: () => ({ order: new RushOrder() }),
    comesBackAs: () => ({ order: { ...plainOrder(), hours: 2 } }),
  },
  { name: 'an anonymous class', make: () => [new (class {})()], comesBackAs: () => [{}] },
  {
    name: 'an instance of a constructor function',
    make: () => [new (OldLine as never as new () => object)()],
    comesBackAs: () => [{ sku: 'tea' }],
  },
  {
    name: 'an Error of a constructor function',
    make: () => new (OldError as never as new (message: string) => object)('declined'),
    comesBackAs: () => stored('OldError', 'declined'),
  },
  {
    name: 'a fake Date',
    make: () => ({ at: fakeDate() }),
    comesBackAs: () => ({ at: new Date(1_000) }),
  },
  {
    name: 'a DTO of another realm',
    make: () => foreign('new (class Line { sku = "tea"; at = new Date(0) })'),
    comesBackAs: plainLine,
  },
  {
    name: 'what is built into another realm',
    make: () => foreign('[new Date(0), new Map([[1, new Set([2])]]), Object.create(null)]'),
    comesBackAs: () => [new Date(0), new Map([[1, new Set([2])]]), Object.create(null)],
  },
  {
    name: 'bytes of another realm',
    make: () => foreign('new Uint8Array([1, 2])'),
    comesBackAs: () => new Uint8Array([1, 2]),
  },
  {
    name: 'an Error of another realm',
    make: () => foreign('new RangeError("too far")'),
    comesBackAs: () => stored('RangeError', 'too far'),
  },
  { name: 'a frozen object', make: () => Object.freeze({ sku: 'tea' }) },
  { name: 'a proxy of a plain object', make: () => new Proxy({ sku: 'tea' }, {}) },
  {
    name: 'an Error',
    make: httpError,
    comesBackAs: () =>
      stored('Error', 'card declined', 'DECLINED', stored('TypeError', 'socket hang up')),
  },
  {
    name: 'an Error with a NUL and half of a pair in its texts',
    make: () => Object.assign(new Error('a\0b \ud83c'), { name: 'E\0', code: 'C\udf75' }),
  },
  {
    name: 'an Error of a class',
    make: () => ({ error: new CardError('declined') }),
    comesBackAs: () => ({ error: stored('Error', 'declined') }),
  },
];

const refused = (name: string, make: () => unknown, path: string, why: RegExp): AwkwardValue => ({
  name,
  make,
  refused: { path, why },
});

export const UNSTORABLE: readonly AwkwardValue[] = [
  refused('a function', () => ({ done: () => true }), '.done', /is a function/),
  refused('a symbol', () => [Symbol('tea')], '[0]', /is a symbol/),
  refused(
    'a symbol as a key',
    () => ({ order: { [Symbol('k')]: 1 } }),
    '.order',
    /symbol as a key/,
  ),
  refused('a class instance', () => ({ price: new Money(3) }), '.price', /instance of Money/),
  refused('a DTO with a getter', () => [new WithGetter()], '[0]', /WithGetter, .* accessor 'size'/),
  refused('a DTO with a symbol', () => [new WithSymbol()], '[0]', /WithSymbol, .*toStringTag/),
  refused('a DTO with a method of its own', () => new WithArrow(), '.total', /is a function/),
  refused('a DTO with #private', () => [new WithPrivate()], '[0]', /WithPrivate, .* #private/),
  refused('an inherited value', () => [withInheritedValue()], '[0]', /inherited value 'sku'/),
  refused(
    'a Date with a method',
    () => [
      new (class Date extends Moment {
        at() {}
      })(0),
    ],
    '[0]',
    /Date/,
  ),
  refused('a class without a root', () => [new (bare())()], '[0]', /instance of/),
  refused('a subclass of Map', () => ({ m: new OrderedMap() }), '.m', /instance of OrderedMap/),
  refused('a subclass of Array', () => ({ b: Basket.from(['tea']) }), '.b', /instance of Basket/),
  refused('a subclass of Date', () => ({ at: new Moment(0) }), '.at', /instance of Moment/),
  refused('a class that poses as a Map', () => [new Poser()], '[0]', /instance of Poser/),
  refused('a Date with properties', () => [Object.assign(new Date(0), { tz: 1 })], '[0]', /Date/),
  refused('a RegExp', () => ({ sku: /tea/ }), '.sku', /instance of RegExp/),
  refused('a forgotten await', () => ({ tx: Promise.resolve(1) }), '.tx', /instance of Promise/),
  refused('a WeakMap', () => [new WeakMap()], '[0]', /instance of WeakMap/),
  refused('an ArrayBuffer', () => [new ArrayBuffer(2)], '[0]', /instance of ArrayBuffer/),
  refused('a Float64Array', () => [new Float64Array(2)], '[0]', /instance of Float64Array/),
  refused('a URL', () => ({ url: new URL('https://tea.example') }), '.url', /instance of URL/),
  refused('a boxed string', () => [Object('tea')], '[0]', /instance of String/),
  refused('a generator', () => [(function* () {})()], '[0]', /instance of/),
  refused('arguments', () => [argumentsOf('tea')], '[0]', /symbol as a key/),
  refused('a circle', circular, '.lines[0].order', /refers back/),
  refused('an array that holds itself', () => circularArray(), '[1]', /refers back/),
  refused('a hole', () => ({ lines: [1, , 3] }), '.lines', /holes/),
  refused('a hole beside a property', holeAndProperty, '', /holes/),
  refused('an array with properties', () => 'tea'.match(/t/), '', /properties/),
  refused('an own __proto__', () => own('__proto__'), '.order', /'__proto__'/),
  refused('an own constructor', () => own('constructor'), '.order', /'constructor'/),
  refused('an own prototype', () => own('prototype'), '.order', /'prototype'/),
  refused('20,000 levels', () => chain(20_000), '.next', /deeper than 256/),
  refused('a getter that throws', throwingGetter, '.order.total', /cannot be read: not loaded/),
  refused('a getter that throws a symbol', throwingSymbol, '.order', /cannot be read/),
  refused('a hostile proxy', () => ({ order: new Proxy({}, hostile) }), '.order', /cannot be read/),
  refused('a revoked proxy', revoked, '.proxy', /cannot be read/),
  refused('endless prototypes', () => ({ order: endless() }), '.order', /instance of/),
  refused(
    '3 MiB',
    () => 'x'.repeat(3 * 1_048_576),
    '',
    /more bytes than limits\.maxBytes, which is 2097152/,
  ),
];

class Poser {
  get [Symbol.toStringTag](): string {
    return 'Map';
  }
  *[Symbol.iterator]() {
    yield ['tea', 1];
  }
}

function bare(): new () => object {
  function Rootless() {}
  Rootless.prototype = Object.create(Object.create(null)) as object;
  return Rootless as never;
}

function argumentsOf(..._: unknown[]): unknown {
  return arguments; // eslint-disable-line prefer-rest-params
}

function circularArray(): unknown {
  const list: unknown[] = ['tea'];
  list.push(list);
  return list;
}

function holeAndProperty(): unknown {
  return Object.assign(new Array(1), { note: 'a property for the hole' });
}

function throwingGetter(): unknown {
  return {
    order: {
      get total() {
        throw new Error('not loaded');
      },
    },
  };
}

function throwingSymbol(): unknown {
  return {
    order: {
      get total() {
        throw Object.create(null);
      },
    },
  };
}

function endless(): object {
  return new Proxy({}, { getPrototypeOf: endless });
}

/** Makes `expect` see that two dates that are none are the same. */
export function equateInvalidDates(): void {
  const invalid = (value: unknown) => value instanceof Date && Number.isNaN(value.getTime());
  const same = (a: unknown, b: unknown) => (invalid(a) && invalid(b) ? true : undefined);
  // Not in the types of Jest yet.
  const { addEqualityTesters } = expect as unknown as {
    readonly addEqualityTesters: (testers: readonly (typeof same)[]) => void;
  };
  addEqualityTesters([same]);
}
