import { inspect } from 'node:util';
import {
  aesGcmCodec,
  defineSaga,
  OutcomeUnknownError,
  type AnySagaStep,
  type PayloadCodec,
} from 'nestjs-saga-orchestrator/core';
import { codecOf, DefinitionRegistry, detailsOf } from '../../../lib/core/engine/index.js';
import { executionException } from '../../../lib/core/execution/index.js';
import {
  encodeHead,
  unpackEntry,
  type JournalEntry,
  type PackedEntry,
} from '../../../lib/core/journal/index.js';
import { newRun, runParts } from '../../../lib/engines/restate/restate-run.js';
import type { RestateServer } from '../../../lib/engines/restate/server.js';
import { Operations } from '../../../lib/engines/restate/operations.js';
import type { KeptSaga, Store } from '../../../lib/engines/restate/store.js';
import { dueOf } from '../../support/turns.js';
import { SagaExecution } from '../../../lib/engines/restate/saga-execution.js';
import type { SentSignal } from '../../../lib/engines/restate/wire.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const SECRET = 'sk-live-4711';
const failing = (where: string, options?: ErrorOptions): Error =>
  new Error(`${where} with token=${SECRET} refused`, options);
const fail = (error: unknown): never => {
  throw error;
};
const REF = { name: 'PlaceOrder', id: 'o-1' };

/** The engine's parts, as one makes them that redacts or does not. */
function parts(redacts: boolean, codec?: PayloadCodec) {
  const logger = new RecordingLogger('debug');
  const environment = { clock: new ManualClock(), ids: () => '', random: () => 0 };
  const redact = (text: string): string => text.replaceAll(SECRET, '***');
  const options = { ...(redacts ? { redact } : {}), ...(codec && { codec }) };
  return { logger, runs: runParts({ logger, environment, ...options }) };
}

const row = (plan: { readonly version: number; readonly fingerprint: string }) => ({
  ...{ version: plan.version, fingerprint: plan.fingerprint, input: '{}', key: null, tags: {} },
  ...{ deadline: null, createdAt: 0 },
});

/** Takes the turns of a saga with one step; all that a server, its caller and its reader see of it. */
async function taken(step: Partial<AnySagaStep<object>>, redacts: boolean, codec?: PayloadCodec) {
  const { logger, runs } = parts(redacts, codec);
  const plan = defineSaga('PlaceOrder', [
    { label: 'Pay', action: () => 1, compensate: () => 1, compensationRetry: 0, ...step },
  ]);
  const input = codecOf(runs.storing.codec, REF).encode(codec ? { of: SECRET } : {});
  const saga = newRun(runs, plan, 'o-1', { input });
  const turns = new SagaExecution(saga, { ...row(plan), input }, 5);
  const events: unknown[] = [];
  const records: PackedEntry[] = [];
  let thrown: unknown;
  while (!saga.run.state.atRest && thrown === undefined) {
    try {
      const turn = dueOf(turns);
      const { batch, staged } = await turns.take(turn);
      records.push(...batch.records);
      turns.settle(turn, batch);
      for (const { record, entry } of staged) saga.run.publish(record, entry.at);
      events.push(staged);
    } catch (error) {
      thrown = error;
    }
  }
  thrown ??= executionException(saga.run);
  const entries = records.map(unpackEntry);
  const kept = { row: { ...REF, ...row(plan) }, entries, nextSeq: entries.length + 1 };
  const timeline = detailsOf(kept as unknown as KeptSaga, runs.storing.codec);
  return {
    wire: JSON.stringify([input, records]),
    timeline: inspect(timeline, { depth: 20 }),
    others: inspect([thrown, events, timeline, logger.lines], { depth: 20 }),
  };
}

describe('redact on Restate', () => {
  const steps: Readonly<Record<string, Partial<AnySagaStep<object>>>> = {
    'a thrown error': { action: () => fail(failing('message', { cause: failing('cause') })) },
    'members and a code': {
      action: () => fail(Object.assign(new AggregateError([failing('one')]), { code: SECRET })),
    },
    'an undo': {
      action: () => fail(new OutcomeUnknownError(SECRET)),
      compensate: () => fail(failing('undo')),
    },
    'a probe': {
      action: () => fail(new OutcomeUnknownError(SECRET)),
      probe: () => fail(failing('probe')),
    },
  };
  it.each(Object.entries(steps))('nothing of a secret in %s reaches anybody', async (_, step) => {
    const { wire, others } = await taken(step, true);
    expect([wire, others].join()).not.toContain(SECRET);
    expect(wire).toContain('***');
    expect(others).toContain('***');
    // Or the above proves nothing.
    const open = await taken(step, false);
    expect(open.wire).toContain(SECRET);
    expect(open.others).toContain(SECRET);
  });

  it.each(Object.entries(steps))(
    'nothing of %s is kept in clear text under aesGcmCodec',
    async (_, step) => {
      const codec = aesGcmCodec({ keys: { a: new Uint8Array(32).fill(7) }, current: 'a' });
      const { wire, timeline } = await taken(step, false, codec);
      expect(wire).toContain('aes1:a:');
      // Codes stay as they are.
      expect(wire.replaceAll(`code\\":\\"${SECRET}`, '')).not.toContain(SECRET);
      expect(timeline).toContain(SECRET);
    },
  );

  it('the reasons of operators are redacted before they are sent', async () => {
    const { runs } = parts(true);
    const plan = defineSaga('PlaceOrder', [{ label: 'Pay', action: () => 1 }]);
    const registry = new DefinitionRegistry();
    registry.register(plan);
    const sent: SentSignal[] = [];
    const entries: JournalEntry[] = [];
    const load = () => ({ row: row(plan), entries: [...entries], invocationId: 'inv_1' });
    const signal = (_ref: unknown, _id: unknown, one: SentSignal): void => {
      sent.push(one);
      if (one.kind !== 'command') return;
      const { by, reason } = one;
      const head = encodeHead({ type: 'manual', act: 'terminate', by, reason });
      entries.push(unpackEntry([1, 0, 1, head]));
    };
    const operations = new Operations(
      { signal } as unknown as RestateServer,
      { load } as unknown as Store,
      registry,
      runs,
    );
    await operations.cancel(REF, `for ${SECRET}`);
    await operations.manual(REF, { act: 'terminate' }, { by: 'me', reason: `for ${SECRET}` });
    expect(sent).toMatchObject([{ reason: 'for ***' }, { by: 'me', reason: 'for ***' }]);
  });
});
