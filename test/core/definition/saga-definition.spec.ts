import {
  defineSaga,
  failureMatrix,
  NOTHING_TO_UNDO,
  SagaDefinitionError,
  SagaOrchestratorBuilder,
  silentLogger,
  type RetiredSagaStep,
  type SagaStep,
} from 'nestjs-saga-orchestrator/core';
import { planOfJson } from '../../../lib/core/definition/index.js';

const charge: SagaStep<object> = { label: 'Charge', action: () => 'tx-1', compensate: () => 1 };

function problemsOf(define: () => unknown): readonly string[] {
  try {
    define();
  } catch (error) {
    if (error instanceof SagaDefinitionError) return error.problems;
    throw error;
  }
  throw new Error('It was accepted');
}

/** What is said of a step with this option. */
function stepProblems(option: object): readonly string[] {
  return problemsOf(() => defineSaga('PlaceOrder', [{ ...charge, ...option }]));
}

describe('defineSaga', () => {
  it('gives a frozen plan with the defaults of version and failure policy', () => {
    const saga = defineSaga('PlaceOrder', [charge]);
    expect(saga).toMatchObject({
      name: 'PlaceOrder',
      version: 1,
      onCompensationFailure: 'continue',
    });
    expect([saga, saga.steps, saga.forward].every(Object.isFrozen)).toBe(true);
    expect(saga.step('Charge')).toBe(saga.steps[0]);
    expect(saga.step('Ship')).toBeUndefined();
  });

  it('reports all problems of all steps in one error, each with the step and the value', () => {
    const bad = { ...charge, retry: -1, timeout: 0, pivot: 'yes', compensateOn: 'always' };
    const worse = { label: '', action: 'run', compensate: undefined, probe: 7 };
    const problems = problemsOf(() =>
      defineSaga('', [bad, worse, null] as never, {
        version: 1.5,
        onCompensationFailure: 'stop' as never,
      }),
    );
    expect(problems).toEqual([
      "the name must be a non-empty string (got '')",
      "step 'Charge': retry must be a whole number from 0 to 1000, or an object with 'retries' (got -1)",
      "step 'Charge': timeout must be a number of ms from 1 to 31536000000 (got 0)",
      "step 'Charge': pivot must be a boolean (got 'yes')",
      "step 'Charge': compensateOn must be 'done' or 'attempted' (got 'always')",
      'step 2: compensate must be a function (got undefined); leave it out or give ' +
        'NOTHING_TO_UNDO for a step that has nothing to undo',
      'step 2: probe must be a function (got 7)',
      "step 2: its label must be a non-empty string (got '')",
      "step 2: action must be a function (got 'run')",
      'step 3 must be an object with a label and an action (got null)',
      'version must be a whole number of at least 1 (got 1.5)',
      "onCompensationFailure must be 'continue' or 'halt' (got 'stop')",
    ]);
  });

  it.each([
    [{ timeout: 365 * 86_400_000 + 1 }, /timeout/],
    [{ timeout: {} }, /timeout.*\(got an object\)/],
    [{ timeoutGrace: -1 }, /timeoutGrace must be a number of ms from 0/],
    [{ compensationTimeout: NaN }, /compensationTimeout.*\(got NaN\)/],
    [{ compensationRetry: 0.5 }, /compensationRetry must be a whole number/],
    [{ idempotent: 1 }, /idempotent must be a boolean/],
    [{ onError: 'log' }, /onError must be a function/],
    [{ compensate: 'refund' }, /compensate must be a function \(got 'refund'\)/],
    [{ compensate: null }, /compensate must be a function \(got null\)/],
    [{ label: 'é'.repeat(128) }, /at most 255 bytes \(got 256\)/],
    [{ label: 42 }, /non-empty string \(got 42\)/],
    [{ transaction: 'yes' }, /transaction must be a boolean \(got 'yes'\)/],
    [{ transaction: true, probe: () => 'done' }, /probe goes without transaction: true/],
    [{ transaction: true, probeDelay: 5 }, /probeDelay goes without transaction: true/],
    [{ transaction: true, unknownWhen: () => true }, /unknownWhen goes without transaction: true/],
    [{ transactionIsolation: 'serializable' }, /transactionIsolation goes with transaction: true/],
    [
      { transaction: true, transactionIsolation: 'SERIALIZABLE' },
      /transactionIsolation must be one of 'read committed', .* \(got 'SERIALIZABLE'\)/,
    ],
    [{ barrier: 'yes' }, /barrier must be a boolean/],
    [{ barrier: true, unknownWhen: Boolean }, /unknownWhen goes without barrier: true/],
    [{ barrier: true, transaction: true }, /transaction goes without barrier: true/],
    [{ barrier: true, idempotent: false }, /idempotent: false goes without barrier: true/],
    [{ transaction: true, idempotent: false }, /idempotent: false goes without transaction: true/],
  ])('refuses %p', (option, problem) => {
    expect(stepProblems(option)).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    { retry: undefined, timeout: undefined, timeoutGrace: 0, compensationTimeout: 1 },
    { retry: { retries: 3, delay: undefined } },
    { compensate: NOTHING_TO_UNDO },
    { transaction: true, idempotent: true, retry: 2, timeout: 100, pivot: true },
    { transaction: false, idempotent: false, probe: () => 'done' },
    { idempotent: false, pivot: true, compensateOn: 'attempted' },
  ])('takes %p', (option) => {
    expect(() => defineSaga('PlaceOrder', [{ ...charge, ...option } as never])).not.toThrow();
  });

  it('never shows the inside of an object or a whole long text in a problem', () => {
    const [problem] = stepProblems({ compensate: { card: '4242' } });
    expect(problem).not.toContain('4242');
    expect(stepProblems({ compensate: 'x'.repeat(10_000) }).join().length).toBeLessThan(300);
  });

  it('refuses no steps, too many of them, and labels that are used twice', () => {
    expect(problemsOf(() => defineSaga('S', []))).toEqual(['a saga needs at least one step']);
    const many = Array.from({ length: 1_001 }, (_, i) => ({ ...charge, label: `${i}` }));
    expect(problemsOf(() => defineSaga('S', many))).toEqual([
      'a saga has at most 1000 steps (got 1001)',
    ]);
    const retired = many.map(({ label }) => ({ label, compensate: charge.compensate }));
    expect(problemsOf(() => defineSaga('S', [charge], { retired } as never))).toEqual([
      'a saga has at most 1000 retired steps (got 1001)',
    ]);
    expect(problemsOf(() => defineSaga('S', [charge, charge, charge]))).toEqual([
      "label 'Charge' is used twice; labels must be unique in a saga",
    ]);
  });

  it('cuts a hostile name in its message', () => {
    const define = (name: unknown) => () => defineSaga(name as string, [charge]);
    expect(define('x'.repeat(10_000))).toThrow(SagaDefinitionError);
    expect(problemsOf(define('x'.repeat(10_000)))).toEqual([
      'the name must have at most 255 bytes (got 10000)',
    ]);
    expect(problemsOf(define(undefined))).toEqual([
      'the name must be a non-empty string (got undefined)',
    ]);
  });
});

describe('an option that nobody reads', () => {
  it.each<[string, object, string]>([
    ['a step', { retries: 3 }, "unknown option 'retries' of step 'Charge' (did you mean 'retry'?)"],
    ['a step, undefined or not', { undo: undefined }, "unknown option 'undo' of step 'Charge', wh"],
    ['retry', { retry: { retries: 1, dealy: 5 } }, "'dealy' of step 'Charge': retry (did you mean"],
    [
      'the retry of an undo',
      { compensationRetry: { retries: 1, max: 5 } },
      "'max' of step 'Charge'",
    ],
  ])('is refused in %s', (_, option, problem) => {
    expect(stepProblems(option)).toEqual([expect.stringContaining(problem)]);
  });

  it('is refused in each step of a bare chain, with all that is wrong with it', () => {
    const step = { ...charge, retries: 3, timeout: 0 };
    const chain = new SagaOrchestratorBuilder('PlaceOrder', {}, silentLogger);
    expect(problemsOf(() => chain.step(step as never))).toEqual([
      expect.stringContaining("unknown option 'retries' of step 'Charge'"),
      expect.stringContaining("step 'Charge': timeout"),
    ]);
    expect(problemsOf(() => chain.step({ ...charge, retries: 3 } as never))).toHaveLength(1);
  });

  it('is refused in retired steps and in the options of the whole', () => {
    const retired = [{ label: 'Coupon', compensate: () => 1, compensat: () => 1 }];
    const options = { retired, versoin: 2, version: 0 };
    expect(problemsOf(() => defineSaga('S', [charge], options as never))).toEqual([
      expect.stringContaining("unknown option 'versoin' of a saga (did you mean 'version'?)"),
      expect.stringContaining("unknown option 'compensat' of retired step 'Coupon' (did you mean"),
      expect.stringContaining('version must be a whole number'),
    ]);
  });

  it('may be a field of its own where a step is an instance of a class', () => {
    class Charge {
      readonly label = 'Charge';
      readonly action = () => this.amount;
      readonly compensate = () => this.amount;
      constructor(readonly amount: number) {}
    }
    expect(() => defineSaga('S', [new Charge(5)])).not.toThrow();
  });

  it('is no reason to refuse a step that was moved to the retired ones as it was', () => {
    const retired = [{ ...charge, label: 'Old', retry: 2, idempotent: false }];
    expect(() => defineSaga('S', [charge], { retired: retired as never })).not.toThrow();
  });
});

describe('what is no plan at all', () => {
  it.each<[unknown, unknown, string]>([
    [null, {}, 'the steps must be a list (got null)'],
    [charge, {}, 'the steps must be a list (got an object)'],
    [[charge], null, 'the options of a saga must be an object (got null)'],
    [[charge], 2, 'the options of a saga must be an object (got 2)'],
    [[charge], { retired: null }, 'retired must be a list of steps (got null)'],
    [[charge], { retired: 'Old' }, "retired must be a list of steps (got 'Old')"],
    [[charge], { aliases: { charge: 'Charge' } }, 'aliases must be a Map (got an object)'],
    [[charge], { version: 1e300 }, 'version must be a whole number of at least 1 (got 1e+300)'],
  ])('is told by name: %p, %p', (steps, options, problem) => {
    expect(problemsOf(() => defineSaga('S', steps as never, options as never))).toEqual([problem]);
  });
});

describe('behind the pivot nothing is undone (semantics 12)', () => {
  const pay = { ...charge, label: 'Pay', pivot: true };
  const ship = { label: 'Ship', action: () => undefined };
  const undo =
    "step 'Charge': compensate stands behind the pivot 'Pay', after which nothing is undone; " +
    'leave it out, or move the pivot';
  const second = (label: string) =>
    `step '${label}': it is a second pivot, behind 'Pay'; a saga has one, remove its pivot`;

  it('so that a compensate there is a problem, and so is a second pivot', () => {
    expect(problemsOf(() => defineSaga('S', [pay, charge]))).toEqual([undo]);
    const steps = [pay, { ...ship, pivot: true }, charge, { ...ship, label: 'Mail', pivot: true }];
    expect(problemsOf(() => defineSaga('S', steps))).toEqual([
      second('Ship'),
      undo,
      second('Mail'),
    ]);
  });

  it('which a chain tells when the step is added', () => {
    const chain = new SagaOrchestratorBuilder('S', {}, silentLogger).step(pay);
    expect(problemsOf(() => chain.step(charge))).toEqual([undo]);
    expect(problemsOf(() => chain.step({ ...ship, pivot: true }))).toEqual([second('Ship')]);
    const old = { label: 'Old', compensate: () => 1 };
    expect(() => chain.retired(old).step(ship).build()).not.toThrow();
  });

  it('while the pivot itself may have an undo, and NOTHING_TO_UNDO says nothing new', () => {
    const mail = { ...ship, label: 'Mail', compensate: NOTHING_TO_UNDO } as const;
    const retired = [{ label: 'Old', compensate: () => 1 }];
    expect(() => defineSaga('S', [charge, pay, ship, mail], { retired })).not.toThrow();
  });
});

describe('retired steps', () => {
  const retired: RetiredSagaStep<object> = { label: 'Coupon', compensate: () => undefined };

  it('are part of the plan, never of the way forward', () => {
    const saga = defineSaga('PlaceOrder', [charge], { retired: [retired] });
    expect(saga.forward.map(({ label }) => label)).toEqual(['Charge']);
    expect(saga.step('Coupon')).toMatchObject({ action: undefined });
  });

  it('may have nothing to undo', () => {
    const saga = defineSaga('PlaceOrder', [charge], {
      retired: [{ label: 'Coupon', compensate: NOTHING_TO_UNDO }],
    });
    expect(saga.step('Coupon')).toMatchObject({ compensate: undefined });
  });

  it('are checked like the others', () => {
    const bad = [{ label: '' }, null, { ...retired, compensationRetry: -1 }, retired];
    expect(problemsOf(() => defineSaga('PlaceOrder', [charge], { retired: bad as never }))).toEqual(
      [
        expect.stringMatching(/^retired step 1: compensate must be a function \(got undefined\)/),
        "retired step 1: its label must be a non-empty string (got '')",
        'retired step 2 must be an object with a label and a compensate (got null)',
        "retired step 'Coupon': compensationRetry must be a whole number from 0 to 1000, or an object with 'retries' (got -1)",
        "label 'Coupon' is used twice; labels must be unique in a saga",
      ],
    );
    expect(
      problemsOf(() => defineSaga('S', [charge], { retired: [{ ...retired, label: 'Charge' }] })),
    ).toEqual(["label 'Charge' is used twice; labels must be unique in a saga"]);
  });

  it('alone make no saga', () => {
    expect(problemsOf(() => defineSaga('S', [], { retired: [retired] }))).toEqual([
      'a saga needs at least one step',
    ]);
  });
});

describe('a plan as a journal keeps it', () => {
  it('is the same plan again: its fingerprint, its diagram and its failure matrix', () => {
    const saga = defineSaga(
      'PlaceOrder',
      [
        { ...charge, label: 'Reserve', compensateOn: 'attempted' },
        { ...charge, idempotent: false, probe: () => 'done' },
        { label: 'Ship', action: () => 1, pivot: true },
        { label: 'Tell', action: () => 1 },
      ],
      {
        version: 3,
        onCompensationFailure: 'halt',
        retired: [{ label: 'Coupon', compensate: () => undefined }],
      },
    );
    const kept = planOfJson(JSON.parse(JSON.stringify(saga)));
    expect(kept.toJSON()).toEqual(saga.toJSON());
    expect(kept.fingerprint).toBe(saga.fingerprint);
    expect(kept.toMermaid()).toBe(saga.toMermaid());
    expect(failureMatrix(kept)).toEqual(failureMatrix(saga));
  });
});
