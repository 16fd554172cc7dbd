import {
  defineSaga,
  OutcomeUnknownError,
  silentLogger,
  type AnySagaStep,
  type SagaInterceptor,
} from 'nestjs-saga-orchestrator/core';
import { newRun, runParts } from '../../../lib/engines/restate/restate-run.js';
import { Turns } from '../../../lib/engines/restate/turn.js';
import { ManualClock } from '../../support/manual-clock.js';

/** Takes the turns of one saga until it rests, with the settings of an engine on Restate. */
async function taken(step: Partial<AnySagaStep<object>>, around: SagaInterceptor['around']) {
  const plan = defineSaga('PlaceOrder', [{ label: 'Pay', action: () => undefined, ...step }]);
  const environment = { clock: new ManualClock(), ids: () => '', random: () => 0 };
  const parts = runParts({ logger: silentLogger, environment, interceptors: [{ around }] });
  const { version, fingerprint } = plan;
  const start = { version, fingerprint, input: '{}', key: null, tags: {}, deadline: null };
  const { run, records } = newRun(parts, plan, 'o-1', { input: '{}' });
  const turns = new Turns({ run, records }, { ...start, createdAt: 0 }, parts.storing.codec, 5);
  while (!run.state.atRest) turns.settle((await turns.take()).batch);
  return run;
}

describe('interceptors of an engine on Restate', () => {
  it('stand around action, undo and probe', async () => {
    const said: string[] = [];
    const action = () => {
      said.push('acts');
      throw new OutcomeUnknownError('?');
    };
    const compensate = () => void said.push('undoes');
    const probe = () => {
      said.push('is asked');
      return 'unknown' as const;
    };
    const tell: SagaInterceptor['around'] = ({ run, kind, label, attempt }, next) => {
      said.push(`${run.sagaName} ${run.sagaId}: ${kind} ${label} ${attempt}`);
      return next();
    };
    await taken({ action, compensate, probe }, tell);
    expect(said.slice(0, 4)).toEqual([
      ...['PlaceOrder o-1: action Pay 1', 'acts'],
      ...['PlaceOrder o-1: probe Pay 1', 'is asked'],
    ]);
    expect(said.slice(-2)).toEqual(['PlaceOrder o-1: undo Pay 1', 'undoes']);
  });

  it('that fail before the action fail its attempt, and nothing runs', async () => {
    const action = jest.fn();
    const run = await taken({ action }, () => {
      throw new Error('broken');
    });
    expect(run.state.status).toBe('compensated');
    expect(action).not.toHaveBeenCalled();
  });
});
