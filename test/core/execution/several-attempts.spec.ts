import {
  type AnySagaStep,
  defineSaga,
  jsonCodec,
  OutcomeUnknownError,
  SagaInterruptedError,
  silentLogger,
  type SagaRecord,
} from 'nestjs-saga-orchestrator/core';
import { evolve } from '../../../lib/core/machine/index.js';
import {
  ActionContext,
  deliver,
  drive,
  Run,
  takeOverOf,
} from '../../../lib/core/execution/index.js';
import { CompensationContext } from '../../../lib/core/execution/compensation-context.js';
import { letSettle } from '../../../lib/core/execution/let-settle.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { started } from '../../support/records.js';

const act = () => undefined;
const asks = (probeDelay: number) => ({ probe: () => 'unknown' as const, probeDelay });
const plan = defineSaga('PlaceOrder', [
  { label: 'Reserve', action: act, compensate: act, ...asks(5_000) },
  { label: 'Charge', action: act, compensate: act, ...asks(9_000) },
  { label: 'Ship', action: act, compensate: act },
]);
const LABELS = ['Reserve', 'Charge', 'Ship'];
const CANCEL = { type: 'cancel', by: 'operator', reason: 'changed my mind' } as const;
const BYE = new SagaInterruptedError('PlaceOrder', 'o-1', 'shutting down');

/** A run with an attempt of each step in flight, by its signal, and of what was told to halt. */
function atWork(steps = plan.forward, Context = ActionContext) {
  const clock = new ManualClock(0);
  const run = new Run(plan, {}, { clock, ids: () => 'o-1', random: () => 0 }, silentLogger);
  const halted: string[] = [];
  const attempts = steps.map((step) => {
    const attempt = new Context(run, step, 1);
    attempt.onStop = () => halted.push(step.label);
    evolve(run.state, started(step.label));
    run.began(attempt);
    return attempt;
  });
  const aborted = () => attempts.filter(({ signal }) => signal.aborted).map(({ label }) => label);
  return { run, clock, attempts, aborted, halted };
}

/** Of a saga that is driven to its end: whether it was at work whenever a record was noted. */
async function driven(step: Partial<AnySagaStep<object>>, watch: (run: Run) => void = act) {
  const clock = new ManualClock(0);
  const definition = defineSaga('PlaceOrder', [
    { label: 'Reserve', action: act, compensate: act },
    { label: 'Charge', action: act, ...step },
  ]);
  const run = new Run(definition, {}, { clock, ids: () => 'o-1', random: () => 0 }, silentLogger);
  const seen: string[] = [];
  const onRecord = (_: unknown, { type }: SagaRecord): void => {
    if (run.isAtWork) seen.push(type);
    watch(run);
  };
  run.observers = [{ onRecord }];
  await clock.until(drive(run).catch(() => undefined));
  return { run, seen };
}

describe('a run whose attempts come one after the other', () => {
  const fails = () => Promise.reject(new Error('declined'));
  const lost = () => Promise.reject(new OutcomeUnknownError('?'));

  it.each<[string, Partial<AnySagaStep<object>>, string[]]>([
    ['that are done', {}, ['started', 'started']],
    ['that fail', { action: fails, retry: 1 }, ['started', 'started', 'started']],
    ['of which a hook is told', { action: fails, onError: fails }, ['started', 'started']],
    ['of which a probe is asked', { action: lost, probe: lost }, ['started', 'started']],
    ['of which an undo fails', { action: lost, compensate: fails }, ['started', 'started']],
  ])('%s, has one in flight from its intent to its outcome', async (_, step, types) => {
    const { run, seen } = await driven(step);
    expect(seen).toEqual(types);
    expect(run.isAtWork).toBe(false);
  });

  it('has none in flight that was cancelled between its intent and its action', async () => {
    const { run, seen } = await driven({}, (one) => {
      if (one.state.inFlight.length > 0) deliver(one, CANCEL);
    });
    expect(run.state.status).toBe('compensated');
    expect(seen).toEqual(['started', 'cancel-requested']);
    expect(run.isAtWork).toBe(false);
  });

  it('has none in flight whose intent could not be kept', async () => {
    const { run } = atWork([]);
    run.persistence = {
      ...{ application: '', birth: 'b-1', stage: (record) => record, confirm: act },
      ...{ codec: jsonCodec, encode: (value) => jsonCodec.encode(value) },
      ...{ readContext: () => ({}), readResult: act, flush: () => Promise.reject(BYE) },
    };
    expect(await drive(run).catch((error: unknown) => error)).toBe(BYE);
    expect([run.isAtWork, run.driving]).toEqual([false, false]);
  });

  it('aborts none that has failed, and waits for its next try, when it is cancelled', async () => {
    const signals: AbortSignal[] = [];
    const action = (ctx: { readonly signal: AbortSignal }) => {
      signals.push(ctx.signal);
      return fails();
    };
    const clock = new ManualClock(0);
    const charge = { label: 'Charge', action, retry: { retries: 1, delay: 1_000 } };
    const definition = defineSaga('PlaceOrder', [charge]);
    const run = new Run(definition, {}, { clock, ids: () => 'o-1', random: () => 0 }, silentLogger);
    const ended = drive(run).catch(() => undefined);
    await clock.advance(10);
    expect(run.isPaused).toBe(true);
    deliver(run, CANCEL);
    await ended;
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });
});

describe('a run with several attempts in flight', () => {
  it('aborts all of them when it is cancelled', () => {
    const { run, aborted, halted } = atWork();
    deliver(run, CANCEL);
    expect(aborted()).toEqual(LABELS);
    expect(halted).toEqual([]);
  });

  it('aborts no undo when it is cancelled', () => {
    const { run, aborted } = atWork(plan.forward, CompensationContext);
    deliver(run, CANCEL);
    expect(aborted()).toEqual([]);
  });

  it('aborts and stops all of them when it is stopped, none at a boundary', () => {
    const { run, aborted, halted } = atWork();
    run.stop(BYE, 'boundary');
    expect([aborted(), halted]).toEqual([[], []]);
    run.stop(BYE, 'now');
    expect([aborted(), halted]).toEqual([LABELS, LABELS]);
  });

  it('leaves alone what has ended', () => {
    const { run, attempts, aborted } = atWork();
    run.ended(attempts[1] as ActionContext);
    deliver(run, CANCEL);
    expect(aborted()).toEqual(['Reserve', 'Ship']);
  });

  it('is at work until the last of them has ended', () => {
    const { run, attempts } = atWork();
    const seen = attempts.map((attempt) => {
      run.began(attempt);
      run.ended(attempt);
      run.ended(attempt);
      return run.isAtWork;
    });
    expect(seen).toEqual([true, true, false]);
    expect(new Run(plan, {}, run.environment, silentLogger).isAtWork).toBe(false);
  });

  it('has the probe of each wait, after a take-over, as long as the longest of them', () => {
    const { run } = atWork();
    expect(takeOverOf(run, { owner: 'bert' })).toMatchObject({ owner: 'bert', probeAt: 9_000 });
  });

  it('waits for all that were late, each within its own grace', async () => {
    const { run, clock } = atWork();
    const end = { first: act as () => void };
    const first = new Promise<void>((resolve) => (end.first = resolve));
    const never = new Promise<void>(() => undefined);
    run.unsettled = [
      { settled: never, grace: 50 },
      { settled: first, grace: 1_000 },
    ];
    let isOver = false;
    void letSettle(run).then(() => (isOver = true));
    await clock.advance(50);
    expect([isOver, run.unsettled]).toEqual([false, []]);
    end.first();
    await settle();
    expect(isOver).toBe(true);
  });

  it('waits for them side by side, not one after the other', async () => {
    const { run, clock } = atWork();
    const never = new Promise<void>(() => undefined);
    run.unsettled = [50, 60].map((grace) => ({ settled: never, grace }));
    let isOver = false;
    void letSettle(run).then(() => (isOver = true));
    await clock.advance(59);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(isOver).toBe(true);
  });
});
