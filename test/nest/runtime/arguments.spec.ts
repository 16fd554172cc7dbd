import {
  isSagaError,
  SagaOperations,
  SagaOrchestratorBuilder,
  silentLogger,
} from 'nestjs-saga-orchestrator';
import { boot } from '../boot.js';
import { ORDERS, PlaceOrderSaga, tea } from '../orders.js';

const STRANGE: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['an object without a prototype', Object.create(null)],
  ['an object', {}],
  ['a list', [1]],
  ['a number', 0.5],
  ['a symbol', Symbol('x')],
  ['an empty text', ''],
  ['a function', () => 1],
];
const GROUPS = ['an object', 'an object without a prototype'];

/** The code of the error that a call is refused with; of one that is not ours, its text. */
async function refusal(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'accepted';
  } catch (error) {
    return isSagaError(error) ? error.code : `raw ${String(error)}`;
  }
}

const why = { by: 'eve', reason: 'test' };
const step = { label: 'Debit', action: () => 1 };
type Place = readonly [string, (ops: any, strange: any) => unknown];

const NAMED = ['get', 'cancel', 'resume', 'terminate', 'retryCompensation', 'forget'];
const LABELLED = ['markCompensated', 'markStepDone', 'markStepNotDone'];
const OPERATIONS: readonly Place[] = [
  ...NAMED.flatMap((act): Place[] => [
    [`the name of ${act}()`, (ops, x) => ops[act](x, 'o-1', why)],
    [`the id of ${act}()`, (ops, x) => ops[act]('PlaceOrder', x, why)],
  ]),
  ...LABELLED.flatMap((act): Place[] => [
    [`the name of ${act}()`, (ops, x) => ops[act](x, 'o-1', 'charge', why)],
    [`the id of ${act}()`, (ops, x) => ops[act]('PlaceOrder', x, 'charge', why)],
    [`the label of ${act}()`, (ops, x) => ops[act]('PlaceOrder', 'o-1', x, why)],
    [`who and why of ${act}()`, (ops, x) => ops[act]('PlaceOrder', 'o-1', 'charge', x)],
  ]),
  ['the reason of cancel()', (ops, x) => ops.cancel('PlaceOrder', 'o-1', x)],
  ['the label of resume()', (ops, x) => ops.resume('PlaceOrder', 'o-1', x)],
  ['who and why of terminate()', (ops, x) => ops.terminate('PlaceOrder', 'o-1', x)],
  ['who and why of retryCompensation()', (ops, x) => ops.retryCompensation('PlaceOrder', 'o-1', x)],
  ['the name of definition()', (ops, x) => ops.definition(x)],
  ['the version of definition()', (ops, x) => ops.definition('PlaceOrder', x)],
  ['the status of list()', (ops, status) => ops.list({ status: [status] })],
];

const FACTORY: readonly Place[] = [
  ['the name of create()', (sagas, x) => sagas.create(x, {}).step(step).runAsync()],
  ['the id of create()', (sagas, id) => sagas.create('Other', {}, { id }).step(step).runAsync()],
  ['a label', (sagas, label) => sagas.create('Other', {}).step({ ...step, label })],
  ['a step', (sagas, x) => sagas.create('Other', {}).step(x)],
  ['a retired step', (sagas, x) => sagas.create('Other', {}).retired(x)],
  ['where it resumes', (sagas, x) => sagas.create('Other', {}).step(step).runAsync(x)],
  ['the class of for()', (sagas, x) => sagas.for(x, {})],
  ['the id of for()', (sagas, id) => sagas.for(PlaceOrderSaga, tea(), { id }).runAsync()],
  ['the name of define()', (sagas, x) => sagas.define(x, (chain: any) => chain.step(step))],
  ['what define() builds', (sagas, x) => sagas.define('Other', () => x)],
  [
    'the name of a bare chain',
    (_, x) => new SagaOrchestratorBuilder(x, {}, silentLogger).step(step).runAsync(),
  ],
  ['the logger of a bare chain', (_, x) => new SagaOrchestratorBuilder('Other', {}, x)],
];

const OPTIONS: readonly Place[] = [
  ['the filter of list()', (ops, x) => ops.list(x)],
  ['the options of create()', (sagas, x) => sagas.create('Other', {}, x)],
  ['the options of for()', (sagas, x) => sagas.for(PlaceOrderSaga, tea(), x)],
  [
    'the options of define()',
    (sagas, x) => sagas.define('Other', (chain: any) => chain.step(step), x),
  ],
  [
    'the options of a start',
    (sagas, x) => sagas.define('Other', (chain: any) => chain.step(step))({}, x),
  ],
];

describe('arguments that nobody can mean are refused by name, never as a TypeError', () => {
  it.each(STRANGE)('%s', async (what, strange) => {
    const { app, sagas } = await boot({ providers: ORDERS });
    const operations = app.get(SagaOperations);
    const got: Record<string, string> = {};
    for (const [place, call] of OPERATIONS)
      got[place] = await refusal(() => call(operations, strange));
    for (const [place, call] of FACTORY) got[place] = await refusal(() => call(sagas, strange));
    const options = GROUPS.includes(what) ? [] : OPTIONS;
    for (const [place, call] of options) {
      got[place] = await refusal(() => call(place.includes('list') ? operations : sagas, strange));
    }
    const wrong = Object.entries(got).filter(([, code]) => !code.startsWith('SAGA_'));
    expect(wrong).toEqual([]);
  });

  it.each(['get', 'cancel', 'resume', 'manual', 'forget'])(
    'nor by %s() of an engine',
    async (act) => {
      const { app } = await boot({ providers: ORDERS });
      const { engine } = app.get<any>(SagaOperations);
      expect(await refusal(() => engine[act](null, 'x', why))).toBe('SAGA_OPTIONS');
    },
  );
});

describe('what a chain is given by who makes it', () => {
  it.each(['host', 'definition', 'environment', 'observers', 'resumeFrom'])(
    '%s is none of the options of create(), for() and a start',
    async (name) => {
      const { sagas } = await boot({ providers: ORDERS });
      const options = { [name]: undefined, id: 5 } as never;
      const transfer = sagas.define('Transfer', (chain) => chain.step(step));
      const told = (of: string) => new RegExp(`unknown option '${name}' of ${of}.*; id must be`);
      expect(() => sagas.create('Other', {}, options)).toThrow(told('create'));
      expect(() => sagas.for(PlaceOrderSaga, tea(), options)).toThrow(told('a start'));
      expect(() => transfer({}, options)).toThrow(told('a start'));
    },
  );

  it('create() takes no name of a registered saga, by whose steps this one would be resumed', async () => {
    const { sagas } = await boot({ providers: ORDERS });
    expect(await refusal(() => sagas.create('PlaceOrder', tea()))).toBe('SAGA_DEFINITION');
    expect(() => sagas.create('PlaceOrder', tea())).toThrow(/name of a registered saga.*for\(\)/);
    await sagas.create('Other', {}, { version: 2 }).step(step).runAsync();
  });
});
