import { BadRequestException, HttpException } from '@nestjs/common';
import {
  defineSaga,
  memoryJournal,
  SagaOrchestratorBuilder,
  type SagaDetails,
} from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { ValidationError } from 'class-validator';
import { createServer } from 'node:net';
import { RecordingLogger } from '../../support/recording-logger.js';

function validationError(): ValidationError {
  return Object.assign(new ValidationError(), {
    property: 'card',
    value: '4111 1111',
    target: { card: '4111 1111' },
    constraints: { isInt: 'quantity must be an integer', min: 'quantity must be at least 1' },
  });
}

function circle(): Error {
  const [hen, egg] = [new Error('the hen'), new Error('the egg')];
  [hen.cause, egg.cause] = [egg, hen];
  return hen;
}

const refused = (port: number) =>
  Object.assign(new Error(`connect ECONNREFUSED 127.0.0.1:${port}`), { code: 'ECONNREFUSED' });

const THROWN: readonly [name: string, thrown: () => unknown, message: RegExp, causes: RegExp[]][] =
  [
    [
      'an AggregateError without a text of its own, as net makes it',
      () => Object.assign(new AggregateError([refused(1), refused(2)]), { code: 'ECONNREFUSED' }),
      /^connect ECONNREFUSED 127.0.0.1:1; connect ECONNREFUSED 127.0.0.1:2$/,
      [],
    ],
    [
      'an exception whose answer cannot be read',
      () => {
        const getResponse = (): never => {
          throw new Error('not now');
        };
        return Object.assign(new Error('card declined'), { getStatus: () => 402, getResponse });
      },
      /^card declined$/,
      [],
    ],
    [
      'an error whose parts cannot be read',
      () =>
        Object.defineProperty(new Error('out of stock'), 'errors', {
          get: () => {
            throw new Error('not now');
          },
        }),
      /^out of stock$/,
      [],
    ],
    [
      'what Promise.any() throws',
      () =>
        new AggregateError(
          [1, 2, 3, 4, 5].map((n) => new Error(`no. ${n}`)),
          'all failed',
        ),
      /^all failed: no\. 1; no\. 2; no\. 3 and 2 more$/,
      [],
    ],
    ['an AggregateError of nothing', () => new AggregateError([]), /^$/, []],
    [
      'an AggregateError that holds itself',
      () => {
        const error = new AggregateError([], 'all failed');
        error.errors.push(error);
        return error;
      },
      /^all failed: all failed/,
      [],
    ],
    [
      'an error around others',
      () => new TypeError('fetch failed', { cause: new AggregateError([refused(1)]) }),
      /^fetch failed$/,
      [/^connect ECONNREFUSED 127.0.0.1:1$/],
    ],
    ['a circle', circle, /^the hen$/, [/egg/, /hen/, /egg/, /hen/, /egg/]],
    [
      'a BadRequestException with a list',
      () => new BadRequestException(['quantity must be positive', 'sku must be a string']),
      /^Bad Request Exception: quantity must be positive; sku must be a string$/,
      [],
    ],
    ['an HttpException with a text', () => new HttpException('sold out', 409), /^sold out$/, []],
    [
      'the list that validate() gives',
      () => [validationError()],
      /^Step 'Charge' failed: quantity must be an integer, quantity must be at least 1$/,
      [/integer/],
    ],
    [
      'a list of texts',
      () => ['no stock', 'no money'],
      /^Step 'Charge' failed: no stock; no money$/,
      [/no stock/],
    ],
    ['an empty list', () => [], /a list was thrown/, [/a list was thrown/]],
    ['a text', () => 'no stock', /^Step 'Charge' failed: no stock$/, [/^no stock$/]],
    ['an empty text', () => '', /^Step 'Charge' failed: an empty text was thrown$/, [/^$/]],
    ['null', () => null, /^Step 'Charge' failed: null$/, [/^null$/]],
    ['a number', () => 42, /^Step 'Charge' failed: 42$/, [/^42$/]],
    ['an error without a text', () => new RangeError(), /^$/, []],
  ];

async function failedWith(thrown: () => unknown) {
  const logger = new RecordingLogger('warn');
  const engine = new InProcessEngine({ journal: memoryJournal(), logger });
  const action = () => {
    throw thrown();
  };
  const plan = defineSaga('Order', [{ label: 'Charge', action }]);
  engine.register(plan);
  const handle = await engine.start(plan, {}, { id: 'o-1' });
  const error = await handle.result().then(
    () => undefined,
    (reason: Error) => reason,
  );
  const details = (await engine.get({ name: 'Order', id: 'o-1' })) as SagaDetails;
  await engine.close();
  return {
    error: error as Error,
    logger,
    timeline: JSON.parse(JSON.stringify(details)) as unknown,
  };
}

interface Shown {
  readonly message: string;
  readonly cause?: Shown;
}

function chainOf(shown: Shown | undefined): string[] {
  return shown === undefined ? [] : [shown.message, ...chainOf(shown.cause)];
}

/** The first object in it that has a message: the error of the failed attempt. */
function errorIn(value: unknown): Shown | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('message' in value && 'name' in value) return value as unknown as Shown;
  for (const inner of Object.values(value)) {
    const found = errorIn(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('what was thrown is told with its reasons (semantics 20)', () => {
  it.each(THROWN)('%s', async (_, thrown, message, causes) => {
    const { error, logger, timeline } = await failedWith(thrown);
    expect(error.message.length).toBeGreaterThan("Saga Order 'o-1' failed at step ".length);
    expect(error.message).not.toMatch(/: $/);
    for (const shown of [logger.lines[0]?.fields['error'] as Shown, errorIn(timeline)]) {
      const [first, ...rest] = chainOf(shown);
      expect(first).toMatch(message);
      expect(rest).toHaveLength(causes.length);
      causes.forEach((cause, i) => expect(rest[i]).toMatch(cause));
    }
    expect(logger.text + JSON.stringify(timeline)).not.toContain('4111');
  });

  it('a real fetch() that is refused names the address, and so does a line about a hook', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const call = () => fetch(`http://127.0.0.1:${port}/`);
    const logger = new RecordingLogger('warn');
    const saga = new SagaOrchestratorBuilder('Order', {}, logger).step({
      label: 'Charge',
      action: () => {
        throw new Error('declined');
      },
      onError: call,
    });
    await expect(saga.runAsync()).rejects.toThrow(/declined/);
    expect(logger.lines[0]?.message).toBe("onError of step 'Charge' failed");
    expect(logger.lines[0]?.fields['error']).toMatch(
      new RegExp(`^fetch failed; cause: connect ECONNREFUSED 127\\.0\\.0\\.1:${port}`),
    );
  });
});
