import {
  defineSaga,
  NOTHING_TO_UNDO,
  SagaDefinitionError,
  type RetiredSagaStep,
  type SagaStep,
} from 'nestjs-saga-orchestrator/core';

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
  ])('refuses %p', (option, problem) => {
    expect(stepProblems(option)).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    { retry: undefined, timeout: undefined, timeoutGrace: 0, compensationTimeout: 1 },
    { retry: { retries: 3, delay: undefined } },
    { compensate: NOTHING_TO_UNDO },
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
