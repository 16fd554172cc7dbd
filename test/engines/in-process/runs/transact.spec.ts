import {
  defineSaga,
  isCutOff,
  isSagaError,
  type AnyTransactionalStep,
  type SagaHandle,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { ManualClock, settle } from '../../../support/manual-clock.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { TransactionalMemory, type MemoryTx } from '../../../support/transactional-memory.js';

type Step = Partial<AnyTransactionalStep<{ count?: number }>>;
const REF = { name: 'Transfer', id: 't-1' };
const engines: InProcessEngine[] = [];

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

function world(...steps: readonly Step[]) {
  const clock = new ManualClock();
  const journal = new TransactionalMemory(() => clock.now());
  const logger = new RecordingLogger();
  const plan = defineSaga<{ count?: number }>(
    'Transfer',
    steps.map((step, index): AnyTransactionalStep<{ count?: number }> => {
      const label = ['Debit', 'Credit'][index] ?? '';
      return {
        label,
        transaction: true,
        action: (_ctx, tx) => void (tx as MemoryTx).rows.push(label),
        compensate: (_ctx, tx) => void (tx as MemoryTx).rows.push(`undo ${label}`),
        ...step,
      };
    }),
  );
  const environment = { clock, ids: () => 'any', random: () => 0.5 };
  const { transactions } = journal;
  const engine = new InProcessEngine({ journal, logger, transactions, environment });
  engine.register(plan);
  engines.push(engine);
  const started = (): Promise<SagaHandle> => engine.start(plan, {}, { id: 't-1' });
  const types = async (): Promise<readonly string[]> =>
    ((await engine.get(REF))?.timeline ?? []).map(({ type }) => type);
  return { clock, journal, engine, started, types, logger };
}

async function failureOf(handle: SagaHandle): Promise<unknown> {
  return handle.result().then(
    () => undefined,
    (error: { readonly cause: unknown }) => error.cause,
  );
}

describe('the transaction of a step', () => {
  it('is rolled back where its result is wrong, and not tried again (18a)', async () => {
    const checkResult = () => Promise.reject(new TypeError('no receipt'));
    const { journal, started, types } = world({}, { retry: 3, checkResult });
    const error: unknown = await (await started()).result().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 'compensated', cause: { code: 'SAGA_RESULT' } });
    expect(journal.rows).toEqual(['Debit', 'undo Debit']);
    expect((await types()).filter((type) => type === 'failed')).toHaveLength(1);
  });

  it('whose COMMIT was lost is settled: what was committed stands, and nothing runs twice (82)', async () => {
    const { journal, started, types } = world({}, {});
    journal.commits.push('lost', 'lost');
    await (await started()).result();
    expect([journal.rows, journal.settled]).toEqual([
      ['Debit', 'Credit'],
      [false, false],
    ]);
    expect(await types()).toEqual(['accepted', 'started', 'done', 'started', 'done', 'completed']);
  });

  it('whose COMMIT never came is a failed attempt, which its policy repeats and onError hears of (82)', async () => {
    const heard: string[] = [];
    const { journal, clock, started, types } = world({
      retry: { retries: 1, delay: 10 },
      onError: ({ error, willRetry }) => void heard.push(`${String(error)}, ${willRetry}`),
    });
    journal.commits.push('never sent');
    const handle = await started();
    await clock.advance(10);
    await handle.result();
    expect([journal.rows, journal.settled]).toEqual([['Debit'], [true]]);
    expect(heard).toEqual(['Error: Connection terminated unexpectedly, true']);
    expect(await types()).toEqual([
      ...['accepted', 'started', 'failed', 'started', 'done', 'completed'],
    ]);
  });

  it('is settled after 15 s without an answer to COMMIT (83)', async () => {
    const { journal, clock, started } = world({ retry: { retries: 1, delay: 1 } });
    journal.commits.push('silent');
    const handle = await started();
    await clock.advance(14_999);
    expect(journal.settled).toEqual([]);
    await clock.advance(1);
    expect(journal.settled).toEqual([true]);
    await clock.advance(1);
    await handle.result();
    expect(journal.rows).toEqual(['Debit']);
  });

  it('an undo is settled, too', async () => {
    const { journal, clock, started } = world(
      { compensationRetry: { retries: 1, delay: 1 } },
      { action: async () => Promise.reject(new Error('no account')) },
    );
    journal.commits.push('answered', 'never sent', 'lost');
    const handle = await started();
    await clock.advance(1);
    await failureOf(handle);
    expect([journal.rows, journal.settled]).toEqual([
      ['Debit', 'undo Debit'],
      [true, false],
    ]);
  });

  it('runs again after a conflict, on the context as it was before, 5 to 500 ms later (84)', async () => {
    const seen: unknown[] = [];
    const { journal, clock, started, types } = world({
      action: ({ context, attempt }, tx) => {
        context.count = (context.count ?? 0) + 1;
        seen.push([attempt, context.count]);
        (tx as MemoryTx).rows.push('Debit');
      },
    });
    journal.commits.push('in conflict', 'in conflict');
    const handle = await started();
    await clock.advance(4);
    expect(seen).toHaveLength(1);
    await clock.advance(1_000);
    const { context } = await handle.result();
    expect([seen, context]).toEqual([
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      { count: 1 },
    ]);
    expect([journal.rows, journal.settled]).toEqual([['Debit'], []]);
    expect(await types()).toEqual(['accepted', 'started', 'done', 'completed']);
  });

  it('is not run again once the saga was cancelled', async () => {
    let runs = 0;
    const { journal, clock, started, engine, types } = world({ action: () => void (runs += 1) });
    journal.commits.push('in conflict');
    const handle = await started();
    await settle();
    await engine.cancel(REF, 'enough');
    await clock.advance(1_000);
    await failureOf(handle);
    expect([runs, await types()]).toEqual([
      1,
      ['accepted', 'cancel-requested', 'compensating', 'compensated'],
    ]);
  });

  it('a cancel that comes while it is being committed waits for its end, and undoes it (86)', async () => {
    const { journal, started, engine, types } = world({}, {});
    let open!: () => void;
    journal.gate = new Promise((resolve) => (open = resolve));
    const handle = await started();
    await settle();
    const cancelled = engine.cancel(REF, 'enough');
    await settle();
    expect(await types()).toEqual(['accepted']);
    open();
    await cancelled;
    await failureOf(handle);
    expect(journal.rows).toEqual(['Debit', 'undo Debit']);
    expect(await types()).toEqual([
      ...['accepted', 'started', 'done', 'cancel-requested', 'compensating'],
      ...['undo-started', 'undone', 'compensated'],
    ]);
  });

  it('a deadline that passes while it is being committed acts after it (86)', async () => {
    const { journal, clock, engine, types } = world({}, {});
    let open!: () => void;
    journal.gate = new Promise((resolve) => (open = resolve));
    const handle = await engine.start(
      engine.definition('Transfer'),
      {},
      { id: REF.id, deadline: 50 },
    );
    await clock.advance(60);
    open();
    const cause = await failureOf(handle);
    expect(isSagaError(cause, 'SAGA_CANCELLED')).toBe(true);
    expect(journal.rows).toEqual(['Debit', 'undo Debit']);
    expect((await types()).slice(0, 4)).toEqual([
      ...['accepted', 'started', 'done', 'cancel-requested'],
    ]);
  });

  it('is told that its work was cut off, when that has not ended within its grace (81)', async () => {
    const { journal, clock, started } = world({
      timeout: 100,
      timeoutGrace: 50,
      action: () => new Promise(() => undefined),
    });
    const handle = await started();
    await clock.advance(149);
    expect(journal.rolledBack).toEqual([]);
    await clock.advance(1);
    expect(isSagaError(await failureOf(handle), 'SAGA_TIMEOUT')).toBe(true);
    expect(journal.rolledBack.map(isCutOff)).toEqual([true]);
  });

  it('is not told so of one that has ended within it; and success after its time is rolled back', async () => {
    const { journal, clock, started, logger } = world({
      timeout: 100,
      action: ({ signal }, tx) =>
        new Promise((resolve) => {
          (tx as MemoryTx).rows.push('too late');
          signal.addEventListener('abort', () => resolve(1));
        }),
    });
    const handle = await started();
    await clock.advance(100);
    await failureOf(handle);
    expect([journal.rows, journal.rolledBack.map(isCutOff)]).toEqual([[], [false]]);
    expect(logger.lines.filter(({ message }) => message.includes('took effect'))).toEqual([]);
  });

  it('of a process that was overtaken is rolled back, and the run stops without an outcome (80)', async () => {
    const { journal, started, engine } = world({
      action: async (_ctx, tx) => {
        (tx as MemoryTx).rows.push('by a zombie');
        await journal.claim({
          owner: 'other',
          names: ['Transfer'],
          limit: 1,
          id: 't-1',
          force: true,
        });
      },
    });
    const handle = await started();
    await expect(handle.result()).rejects.toMatchObject({ code: 'SAGA_INTERRUPTED' });
    expect([journal.rows, (await engine.get(REF))?.timeline.length]).toEqual([[], 1]);
  });

  it('is rolled back by a shutdown that cannot wait for it, and nothing is recorded (81)', async () => {
    const { journal, clock, started, engine } = world({
      action: () => new Promise(() => undefined),
    });
    const handle = await started();
    const told = failureOf(handle);
    await settle();
    const closing = engine.close();
    await clock.advance(10_000);
    await closing;
    await told;
    expect(journal.rolledBack.map(isCutOff)).toEqual([true]);
    expect((await journal.load(REF))?.entries).toHaveLength(1);
  });

  it('an operator may terminate it while it is being committed: its record comes first', async () => {
    const { journal, started, engine, types } = world({}, {});
    let open!: () => void;
    journal.gate = new Promise((resolve) => (open = resolve));
    const handle = await started();
    await settle();
    const why = { by: 'ann', reason: 'stuck' };
    const terminated = engine.manual(REF, { act: 'terminate' }, why);
    await settle();
    open();
    await terminated;
    await failureOf(handle);
    expect([journal.rows, (await types()).slice(0, 4)]).toEqual([
      ['Debit'],
      ['accepted', 'started', 'done', 'manual'],
    ]);
  });
});
