import {
  defineSaga,
  OutcomeUnknownError,
  silentLogger,
  type SagaDefinition,
} from 'nestjs-saga-orchestrator/core';
import type { PackedEntry } from 'nestjs-saga-orchestrator/engine';
import { DefinitionRegistry } from '../../../lib/core/engine/index.js';
import { ActiveRuns } from '../../../lib/engines/restate/active-runs.js';
import type { SagaContext } from '../../../lib/engines/restate/inbox.js';
import { newRun, runParts } from '../../../lib/engines/restate/restate-run.js';
import { SagaExecution } from '../../../lib/engines/restate/saga-execution.js';
import { SagaHandler } from '../../../lib/engines/restate/saga-handler.js';
import type { RestateSdk } from '../../../lib/engines/restate/sdk.js';
import type { Batch } from '../../../lib/engines/restate/wire.js';
import { ManualClock } from '../../support/manual-clock.js';
import { dueOf } from '../../support/turns.js';

const act = () => undefined;
const plan = defineSaga('PlaceOrder', [
  { label: 'Reserve', action: act, compensate: act },
  {
    label: 'Charge',
    ...{ action: () => Promise.reject(new OutcomeUnknownError('?')), probe: () => 'not-done' },
  },
]);
const { version, fingerprint } = plan;
const INPUT = {
  ...{ version, fingerprint, input: '{}', key: null, tags: {}, deadline: null, createdAt: 0 },
};

const executionOf = (saga: SagaDefinition = plan, of: typeof INPUT = INPUT) => {
  const clock = new ManualClock(0);
  const parts = runParts({
    ...{ logger: silentLogger, environment: { clock, ids: () => '', random: () => 0 } },
  });
  const run = newRun(parts, saga, 'o-1', of);
  return { parts, saga: run, turns: new SagaExecution(run, of, 5) };
};

const kept = (batch: Batch): Batch => JSON.parse(JSON.stringify(batch)) as Batch;
const at = (seq: number, record: object): PackedEntry => [seq, 0, 1, JSON.stringify(record)];
const started = (seq: number, label: string, owesUndo: boolean) =>
  at(seq, { type: 'started', label, attempt: 1, owesUndo });
const done = (seq: number, label: string) =>
  at(seq, { type: 'done', label, attempt: 1, pivot: false });

/** As a plan with a stage would have it: both announced, Charge the first to end. */
const TOGETHER: Readonly<Record<string, Batch>> = {
  plan: {
    by: 'another',
    records: [started(1, 'Reserve', true), started(2, 'Charge', false)],
    signals: 0,
    next: {
      effects: [
        { kind: 'action', label: 'Reserve' },
        { kind: 'action', label: 'Charge' },
      ],
    },
    plan: { name: 'PlaceOrder', version, fingerprint },
  },
  Charge: { by: 'another', records: [done(3, 'Charge')], signals: 0, next: { effects: [] } },
  Reserve: {
    ...{ by: 'another', signals: 0, next: { rest: true } },
    records: [done(4, 'Reserve'), at(5, { type: 'completed' })],
  },
};

describe('what a turn keeps in Restate', () => {
  it('is who took it, its records, and the list of the effects that come next', async () => {
    const { turns } = executionOf();
    const turn = dueOf(turns);
    const { by, ...batch } = kept((await turns.take(turn)).batch);
    expect(by).toMatch(/^[0-9a-f-]{36}$/);
    expect(batch).toEqual({
      records: [started(1, 'Reserve', true)],
      signals: 0,
      next: { effects: [{ kind: 'action', label: 'Reserve' }] },
      plan: { name: 'PlaceOrder', version: 1, fingerprint },
    });
  });

  it('names each effect by what is called of which step, and the turns after them', async () => {
    const { turns } = executionOf();
    const said: unknown[] = [];
    while (said.length < 5) {
      const turn = dueOf(turns);
      const batch = kept((await turns.take(turn)).batch);
      turns.settle(turn, batch);
      said.push([turn.name, batch.next]);
    }
    expect(said).toEqual([
      ['plan', { effects: [{ kind: 'action', label: 'Reserve' }] }],
      ['Reserve', { effects: [{ kind: 'action', label: 'Charge' }] }],
      ['Charge', { effects: [{ kind: 'probe', label: 'Charge' }] }],
      ['probe Charge', { effects: [{ kind: 'undo', label: 'Reserve' }] }],
      ['undo Reserve', { rest: true }],
    ]);
  });
});

it('a wrong result is kept as such, and its step undone, also by who replays the turns (18a)', async () => {
  const called: string[] = [];
  const wrong = (): never => {
    throw new TypeError('no receipt');
  };
  const charge = { action: () => called.push('Charge'), checkResult: wrong, retry: 3 };
  const undo = ({ result }: { readonly result?: unknown }) =>
    called.push(`undo: ${String(result)}`);
  const pays = defineSaga('Pay', [{ label: 'Charge', ...charge, compensate: undo }]);
  const of = { ...INPUT, fingerprint: pays.fingerprint };
  const batches: Batch[] = [];
  const { turns, saga } = executionOf(pays, of);
  while (!saga.run.state.atRest) {
    const turn = dueOf(turns);
    const batch = kept((await turns.take(turn)).batch);
    batches.push(batch);
    turns.settle(turn, batch);
  }
  expect(called).toEqual(['Charge', 'undo: undefined']);
  const again = executionOf(pays, of);
  for (const batch of batches) again.turns.fold(dueOf(again.turns), batch);
  const { status, cause } = again.saga.run.state;
  expect([status, called.length]).toEqual(['compensated', 2]);
  expect(String((cause as { readonly error?: unknown }).error)).toContain(
    'is not valid: no receipt',
  );
});

describe('a turn that announces two effects', () => {
  it('is followed by a turn for each, settled in whatever order they end', () => {
    const { turns, saga } = executionOf();
    const settled: string[][] = [];
    for (const name of ['plan', 'Charge', 'Reserve']) {
      const turn = turns.due.find((one) => one.name === name) as (typeof turns.due)[0];
      const batch = TOGETHER[name] as Batch;
      turns.fold(turn, batch);
      settled.push(turns.due.map((one) => one.name));
    }
    expect(settled).toEqual([['Reserve', 'Charge'], ['Reserve'], ['next']]);
    expect(saga.run.state.status).toBe('completed');
  });

  it('has both begun by the handler, which takes the first that ends', async () => {
    const { parts } = executionOf();
    const registry = new DefinitionRegistry();
    registry.register(plan);
    const begun: string[] = [];
    const open = new Map<string, (batch: Batch) => void>();
    const context = {
      key: 'o-1',
      request: () => ({ attemptCompletedSignal: new AbortController().signal }),
      signal: () => new Replayed(new Promise(act)),
      cancellation: () => new Replayed(new Promise(act)),
      run: (name: string) => {
        begun.push(name);
        return new Replayed(new Promise<Batch>((resolve) => open.set(name, resolve)));
      },
    };
    const race = (works: readonly Replayed<unknown>[]) =>
      Promise.race(works.map(({ value }) => value));
    const handler = new SagaHandler({
      ...{ ...parts, registry, maxRecoveries: 5, activeRuns: new ActiveRuns() },
      sdk: { RestatePromise: { race } } as unknown as RestateSdk,
    });
    const ended = handler.run('PlaceOrder', context as unknown as SagaContext, INPUT);
    const seen: string[][] = [];
    for (const name of ['plan', 'Charge', 'Reserve']) {
      open.get(name)?.(TOGETHER[name] as Batch);
      await new Promise(setImmediate);
      seen.push([...begun]);
    }
    expect(seen).toEqual(Array(3).fill(['plan', 'Reserve', 'Charge']));
    expect((await ended).records).toHaveLength(1);
  });
});

/** A promise of Restate, as far as the handler asks of one. */
class Replayed<T> {
  constructor(readonly value: Promise<T>) {}

  map<U>(change: (value: T) => U): Replayed<U> {
    return new Replayed(this.value.then(change));
  }
}
