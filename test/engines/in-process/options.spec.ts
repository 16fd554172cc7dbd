import { defineSaga, silentLogger, type SagaDefinitionError } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { MemoryJournal } from '../../../lib/journals/memory/index.js';
import { answers } from '../../support/behaviours.js';
import { JournaledShop } from './journaled-shop.js';

const journal = new MemoryJournal();
const made = (options: object): InProcessEngine =>
  new InProcessEngine({ journal, logger: silentLogger, ...options });

describe('the options of the in-process engine', () => {
  const bad: readonly (readonly [options: object, message: string])[] = [
    [{ worker: { concurrency: NaN } }, 'worker.concurrency must be a whole number from 1 to'],
    [{ worker: { concurrency: 0 } }, '(got 0)'],
    [{ worker: { pollMs: NaN } }, 'worker.pollMs must be a whole number from 1 to 2147483647'],
    [{ worker: { pollMs: '5s' } }, "(got '5s')"],
    [{ worker: { pollMs: 2 ** 31 } }, '(got 2147483648)'],
    [{ worker: { maxRecoveries: -1 } }, 'worker.maxRecoveries must be a whole number from 0 to'],
    [
      { worker: { poll: 5 } },
      "unknown option 'poll' of worker (did you mean 'pollMs'?), which accepts pollMs, concurrency,",
    ],
    [{ worker: 'no' }, 'worker must be true, false or an object of pollMs, concurrency,'],
    [{ worker: null }, '(got null)'],
    [{ deleteAfter: { completed: '7d' } }, 'deleteAfter.completed must be a whole number from 0'],
    [{ deleteAfter: { completed: -1 } }, '(got -1)'],
    [{ deleteAfter: { parked: 1 }, worker: false }, 'deleteAfter goes with a worker'],
    [{ deleteAfter: { parked: null } }, 'deleteAfter.parked must be a whole number'],
    [
      { deleteAfter: { done: 5 } },
      "unknown option 'done' of deleteAfter, which accepts completed, compensated, parked",
    ],
    [
      { deleteAfter: 5 },
      'deleteAfter must be an object of completed, compensated, parked, audit (got 5)',
    ],
    [{ leaseMs: Infinity }, 'leaseMs must be a whole number from 100 to 2147483647 (got Infinity)'],
    [{ leaseMs: 99 }, '(got 99)'],
    [{ drainMs: '10s' }, "drainMs must be a whole number from 0 to 2147483647 (got '10s')"],
    [{ limits: null }, 'limits must be an object of warnBytes, maxBytes (got null)'],
    [{ codec: {} }, 'codec must be an object with encode and decode (got an object without encode'],
    [{ codec: null }, '(got null)'],
    [{ barrier: {} }, 'barrier must be a SagaBarrier of ./participant (got an object)'],
    [{ barrier: null }, 'barrier must be a SagaBarrier of ./participant (got null)'],
    [{ barrier: [] }, 'barrier must be a SagaBarrier of ./participant (got'],
    [{ unknownWhen: /reset/ }, 'unknownWhen must be a function of an error (got an object)'],
    [{ startHeaders: {} }, 'startHeaders must be a function that answers headers (got an object)'],
    [{ logger: console.log }, 'logger must be a logger with debug, info, warn and error'],
    [{ logger: { ...silentLogger, info: 1 } }, '(got an object without info)'],
    [{ environment: {} }, 'environment.clock must be a clock, as systemClock is (got undefined)'],
    [{ observers: [null] }, 'observers must be a list of objects with onRecord (got null)'],
    [{ limits: [5] }, 'limits must be an object of warnBytes, maxBytes (got an object)'],
    [
      { redact: 'x' },
      'redact must be a list of names, { paths, censor } or a function of a text (got',
    ],
    [{ redact: null }, '(got null)'],
    [{ redact: ['token', 5] }, 'redact[1] must be a name or a dotted path (got 5)'],
    [{ redact: ['user..token'] }, "redact[0] must be a name or a dotted path (got 'user..token')"],
    [{ redact: {} }, 'redact.paths must be a list of names (got undefined)'],
    [
      { redact: { paths: [''], censor: 5, remove: true } },
      "; redact.paths[0] must be a name or a dotted path (got ''); redact.censor must be a string (got 5)",
    ],
    [{ redact: { path: ['a'] } }, "unknown option 'path' of redact (did you mean 'paths'?)"],
    [{ leaseMS: 500 }, "unknown option 'leaseMS' of an engine (did you mean 'leaseMs'?)"],
    [{ journal: {} }, '(got an object without open, close, create, append, load, get, list, heart'],
    [{ journal: () => journal }, '(got the function journal; call it)'],
    [{ journal: undefined }, 'journal must be a journal, as memoryJournal() and sqliteJournal({'],
  ];
  it.each(bad)('%p are refused', (options, message) => {
    expect(() => made(options)).toThrow(message);
    expect(() => made(options)).toThrow(expect.objectContaining({ code: 'SAGA_OPTIONS' }));
  });

  it('are all looked at before one error tells everything', () => {
    const options = { worker: { pollMs: 0, concurrency: 0 }, leaseMs: 0, journal: null };
    expect(() => made(options)).toThrow(
      /^journal .*; leaseMs .*; worker\.pollMs .*; worker\.concurrency /,
    );
  });

  it.each([
    { worker: undefined, deleteAfter: undefined, leaseMs: undefined, drainMs: undefined },
    { worker: { pollMs: undefined, concurrency: undefined, maxRecoveries: undefined } },
    { deleteAfter: { completed: undefined, parked: Infinity }, limits: { maxBytes: undefined } },
    { codec: undefined, limits: undefined, environment: undefined, observers: undefined },
    { unknownWhen: undefined, startHeaders: undefined, interceptors: undefined, redact: undefined },
    { unknownWhen: () => false, startHeaders: () => ({}), application: '' },
  ])('are the default where they are undefined: %p', async (options) => {
    const shop = new JournaledShop(options as never);
    await shop.engine.recover();
    await shop.run(shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [answers()] })));
    expect(await shop.status('o-1')).toBe('completed');
    await shop.clock.until(shop.engine.close());
  });

  it('wants a barrier for a retired step, too, and says so once', () => {
    const retired = [{ label: 'Old', barrier: true, compensate: (): void => undefined }] as const;
    const plan = defineSaga('Gift', [{ label: 'Give', action: () => 1 }], { retired });
    const problems = (): readonly string[] => {
      try {
        made({}).register(plan);
      } catch (error) {
        return (error as SagaDefinitionError).problems;
      }
      return [];
    };
    expect(problems()).toEqual([
      expect.stringMatching(/^step 'Old': barrier: it needs to know the barrier/),
    ]);
  });
});
