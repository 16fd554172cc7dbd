import {
  defineSaga,
  jsonCodec,
  SagaInterruptedError,
  SagaJournalError,
  silentLogger,
  type AnySagaStep,
} from 'nestjs-saga-orchestrator/core';
import { decodeHead } from '../../../lib/core/journal/index.js';
import { newRun } from '../../../lib/engines/restate/restate-run.js';
import { SagaExecution } from '../../../lib/engines/restate/saga-execution.js';
import type { Batch } from '../../../lib/engines/restate/wire.js';
import { ManualClock } from '../../support/manual-clock.js';
import { rejectionOf } from '../../support/shop.js';
import { dueOf } from '../../support/turns.js';

const PAY = { effects: [{ kind: 'action', label: 'Pay' }] };

const refused = (): never => {
  throw new SagaJournalError('Restate refused to start Payment p-1');
};

/** Executions of the handler of one saga, one after the other, on what the server has kept of it. */
function onServer(step: Partial<AnySagaStep<object>>, maxRecoveries = 5) {
  const clock = new ManualClock();
  const kept: Batch[] = [];
  const plan = defineSaga('PlaceOrder', [{ label: 'Pay', action: () => undefined, ...step }]);
  const execution = () => {
    const parts = {
      storing: { codec: jsonCodec, limits: { warnBytes: 1e6, maxBytes: 1e6 } },
      environment: { clock, ids: () => '', random: () => 0 },
      ...{ logger: silentLogger, observers: [] },
    };
    const { version, fingerprint } = plan;
    const start = { version, fingerprint, input: '{}', key: null, tags: {}, deadline: null };
    const saga = newRun(parts, plan, 'o-1', { input: '{}' });
    const turns = new SagaExecution(saga, { ...start, createdAt: 0 }, maxRecoveries);
    for (const batch of kept) turns.fold(dueOf(turns), batch);
    const take = async (): Promise<Batch> => {
      const turn = dueOf(turns);
      const batch = JSON.parse(JSON.stringify((await turns.take(turn)).batch)) as Batch;
      kept.push(batch);
      turns.settle(turn, batch);
      return batch;
    };
    return { run: saga.run, take };
  };
  const types = (): string[] =>
    kept.flatMap(({ records }) => records.map(([, , , head]) => decodeHead(head).type));
  return { clock, execution, types };
}

describe('a step on Restate that awaits another saga, which goes on (semantics 8a)', () => {
  it('is begun again after a pause that the server keeps, and fails nothing', async () => {
    let calls = 0;
    const { execution, types } = onServer({
      action: () => ((calls += 1) === 1 ? refused() : 'ok'),
    });
    const { take } = execution();
    expect((await take()).next).toEqual(PAY);
    expect((await take()).next).toEqual({ wait: 1_000 });
    expect((await take()).next).toEqual(PAY);
    expect((await take()).next).toEqual({ rest: true });
    expect(types()).toEqual(['started', 'recovered', 'started', 'done', 'completed']);
  });

  it('waits longer from time to time, and is parked in the end', async () => {
    const { execution, types } = onServer({ action: refused });
    const { run, take } = execution();
    const waits: number[] = [];
    while (!run.state.atRest) {
      const { next } = await take();
      if ('wait' in next) waits.push(next.wait);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(run.state.parked).toEqual({ reason: 'recovery-limit' });
    expect(types()).not.toContain('failed');
  });

  it('is handed over by a shutdown, which does not count', async () => {
    const shutDown: { by?: () => void } = {};
    const { execution, types } = onServer({
      action: () => {
        shutDown.by?.();
        throw new SagaInterruptedError('Payment', 'p-1', 'shutting down');
      },
    });
    for (let deploy = 0; deploy < 10; deploy += 1) {
      const { run, take } = execution();
      const bye = new SagaInterruptedError('PlaceOrder', 'o-1', 'shutting down');
      shutDown.by = () => run.stop(bye, 'boundary');
      expect((await take()).next).toEqual(PAY);
      expect((await take()).next).toEqual({ wait: 0 });
      expect(await rejectionOf(take())).toBe(bye);
      expect(run.state).toMatchObject({ status: 'running', recoveries: 0 });
    }
    expect(types()).not.toContain('failed');
  });

  it('is never blindly begun again when it is not idempotent', async () => {
    const { execution, types } = onServer({ action: refused, idempotent: false });
    const { take } = execution();
    await take();
    expect((await take()).next).toEqual({ rest: true });
    expect(types()).toEqual(['started', 'recovered', 'parked']);
  });
});
