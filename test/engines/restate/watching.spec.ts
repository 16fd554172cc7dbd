import {
  defineSaga,
  OutcomeUnknownError,
  silentLogger,
  type AnySagaStep,
  type EngineSettings,
  type SagaInterceptor,
  type SagaStartOptions,
} from 'nestjs-saga-orchestrator/core';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { DefinitionRegistry } from '../../../lib/core/engine/index.js';
import { newRun, runParts } from '../../../lib/engines/restate/restate-run.js';
import { startOf } from '../../../lib/engines/restate/start.js';
import { SagaExecution } from '../../../lib/engines/restate/saga-execution.js';
import type { StartInput } from '../../../lib/engines/restate/wire.js';
import { ManualClock } from '../../support/manual-clock.js';
import { dueOf } from '../../support/turns.js';

/** Starts one saga as it is sent to the server, and takes its turns until it rests. */
async function taken(
  step: Partial<AnySagaStep<object>>,
  watching: Partial<EngineSettings>,
  options: SagaStartOptions = {},
) {
  const plan = defineSaga('PlaceOrder', [{ label: 'Pay', action: () => undefined, ...step }]);
  const registry = new DefinitionRegistry();
  registry.register(plan);
  const environment = { clock: new ManualClock(), ids: () => '', random: () => 0 };
  const parts = runParts({ logger: silentLogger, environment, ...watching });
  const sent = startOf(parts, registry, plan, {}, { id: 'o-1', ...options });
  const input = JSON.parse(JSON.stringify(sent.input)) as StartInput;
  const saga = newRun(parts, plan, 'o-1', input);
  const turns = new SagaExecution(saga, input, 5);
  while (!saga.run.state.atRest) {
    const turn = dueOf(turns);
    turns.settle(turn, (await turns.take(turn)).batch);
  }
  return saga.run;
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
    await taken({ action, compensate, probe }, { interceptors: [{ around: tell }] });
    expect(said.slice(0, 4)).toEqual([
      ...['PlaceOrder o-1: action Pay 1', 'acts'],
      ...['PlaceOrder o-1: probe Pay 1', 'is asked'],
    ]);
    expect(said.slice(-2)).toEqual(['PlaceOrder o-1: undo Pay 1', 'undoes']);
  });

  it('that fail before the action fail its attempt, and nothing runs', async () => {
    const action = jest.fn();
    const around = () => {
      throw new Error('broken');
    };
    const run = await taken({ action }, { interceptors: [{ around }] });
    expect(run.state.status).toBe('compensated');
    expect(action).not.toHaveBeenCalled();
  });

  it('see what the saga was started with, and when; so do observers, by the run', async () => {
    const seen: unknown[] = [];
    const around: SagaInterceptor['around'] = ({ run: { headers, createdAt } }, next) => {
      seen.push({ headers, createdAt });
      return next();
    };
    const startHeaders = () => ({ tenant: 'south', baggage: 'a=1' });
    const own = { headers: { tenant: 'north' } };
    const { headers, createdAt } = await taken(
      {},
      { interceptors: [{ around }], startHeaders },
      own,
    );
    expect(headers).toEqual({ tenant: 'north', baggage: 'a=1' });
    expect(createdAt).toBe(new ManualClock().now());
    expect(seen).toEqual([{ headers, createdAt }]);
  });
});

it("the health of an engine on Restate knows no lease, which is the server's matter", async () => {
  const engine = restateEngine().create({ logger: silentLogger });
  expect(engine.health()).toEqual({ activeRuns: 0, draining: false });
  const closed = engine.close();
  expect(engine.health()).toEqual({ activeRuns: 0, draining: true });
  await closed;
});
