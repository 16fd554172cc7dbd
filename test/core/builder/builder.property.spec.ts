import fc from 'fast-check';
import type { SagaRecord } from 'nestjs-saga-orchestrator/core';
import { failureOf } from '../../../lib/core/machine/index.js';
import { runOnBuilder } from '../../support/builder-host.js';
import { violationsOf } from '../../support/oracle.js';
import { runPure, type PureRun } from '../../support/pure-host.js';
import { randomSaga } from '../../support/random-saga.js';
import { checkAsync, runsOf } from '../../support/seed.js';
import type { Trace } from '../../support/trace.js';

const SEQUENCES = 2_000;

/** What was done in the world, in order. */
function deeds(trace: Trace): string[] {
  return trace.flatMap((entry) =>
    entry.kind === 'call' || entry.kind === 'effect'
      ? [`${entry.kind} ${entry.direction} ${entry.label}`]
      : [],
  );
}

/** A record without what only a clock knows; errors by their text. */
function facts(record: SagaRecord): unknown {
  const shown = (key: string, value: unknown): unknown => {
    if (key === 'retryAt') return undefined;
    return value instanceof Error ? value.message : value;
  };
  return JSON.parse(JSON.stringify(record, shown));
}

/** The end of a pure run, told as an exception would; `undefined` when it completed. */
function predicted({ state }: PureRun): object | undefined {
  if (state.status === 'completed') return undefined;
  const { compensationErrors, cause, ...told } = failureOf('PlaceOrder', 'saga-1', state);
  const errors = compensationErrors.map(({ label }) => ({ label }));
  return { ...told, compensationErrors: errors, cause: { message: (cause as Error).message } };
}

describe(`${runsOf(SEQUENCES)} random sagas on the real builder`, () => {
  it.each([
    ['observed', true],
    ['bare', false],
  ])('do what the pure machine predicts (%s)', async (_, observed) => {
    await checkAsync(
      fc.asyncProperty(randomSaga({ calm: true }), async (saga) => {
        const pure = runPure(saga);
        const real = await runOnBuilder(saga, observed);
        expect(deeds(real.trace)).toEqual(deeds(pure.trace));
        const failure = predicted(pure);
        if (failure === undefined) expect(real.failure).toBeUndefined();
        else expect(real.failure).toMatchObject(failure);
        for (const { label, result } of pure.state.steps)
          expect(real.resultOf(label)).toEqual(result);
        expect(real.pendingTimers).toBe(0);
        if (observed) {
          expect(real.records.map(facts)).toEqual(pure.records.map(facts));
          expect(violationsOf(real.plan, real.trace)).toEqual([]);
        }
      }),
      { numRuns: SEQUENCES },
    );
  });
});
