import {
  defineSaga,
  isSagaError,
  NonRetryableError,
  NOTHING_TO_UNDO,
  ResultFactory,
  type AnyTransactionalStep,
  type ISagaContext,
  type SagaDefinition,
  type SagaTransactions,
} from 'nestjs-saga-orchestrator/core';
import type { InProcessEngine, InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import type { RecordingLogger } from '../support/recording-logger.js';

/** An application with rows of its own, in the database of the journal. */
export interface Ledger {
  readonly logger: RecordingLogger;
  readonly transactions: SagaTransactions;
  engine(plan: SagaDefinition, options?: Partial<InProcessEngineOptions>): InProcessEngine;
  /** In a transaction. */
  write(tx: unknown, row: string): Promise<void>;
  /** As another session sees them, in order. */
  rows(): Promise<readonly string[]>;
}

type Step = Omit<AnyTransactionalStep<Data>, 'action' | 'label' | 'transaction'> &
  Partial<AnyTransactionalStep<Data>>;

interface Data {
  count?: number;
}

export async function typesOf(engine: InProcessEngine, id: string): Promise<readonly string[]> {
  const details = await engine.get({ name: 'Transfer', id });
  return (details?.timeline ?? []).map(({ type }) => type);
}

export async function codeOf(it: Promise<unknown>): Promise<string> {
  return it.then(
    () => 'resolved',
    (error: unknown) => (isSagaError(error) ? error.code : String(error)),
  );
}

/** A saga of transactional steps, each of which writes a row with its label. */
export function transferOf(ledger: () => Ledger, ...steps: readonly Step[]): SagaDefinition {
  return defineSaga<Data>(
    'Transfer',
    steps.map((step, index): AnyTransactionalStep<Data> => {
      const label = step.label ?? ['Debit', 'Credit', 'Mail'][index] ?? '';
      return {
        label,
        transaction: true,
        action: (_ctx, tx) => ledger().write(tx, label),
        compensate: (_ctx, tx) => ledger().write(tx, `undo ${label}`),
        ...step,
      };
    }),
  );
}

const fails = async (): Promise<never> => {
  throw new NonRetryableError('no credit');
};

/** What holds on every journal that works inside transactions. */
export function describeSteps(make: () => Promise<Ledger>): void {
  let ledger: Ledger;
  beforeEach(async () => {
    ledger = await make();
  });
  const transfer = (...steps: readonly Step[]) => transferOf(() => ledger, ...steps);
  const run = async (engine: InProcessEngine, plan: SagaDefinition, context: Data = {}) =>
    (await engine.start(plan, context, { id: 't-1' })).result();

  it('commits the effect of a step together with its records, and writes no intent before (79)', async () => {
    const seen: (readonly string[])[] = [];
    const plan = transfer(
      {
        action: async ({ context }, tx) => {
          await ledger.write(tx, 'Debit');
          context.count = 1;
          seen.push(await typesOf(engine, 't-1'));
          return { receipt: 7 };
        },
      },
      {
        action: async ({ getStepResult, context }, tx) => {
          seen.push(await typesOf(engine, 't-1'));
          const { receipt } = getStepResult<{ receipt: number }>('Debit') ?? {};
          await ledger.write(tx, `Credit ${receipt} ${context.count}`);
        },
      },
    );
    const engine = ledger.engine(plan);
    expect((await run(engine, plan)).isSuccess).toBe(true);
    expect(await ledger.rows()).toEqual(['Debit', 'Credit 7 1']);
    expect(seen).toEqual([['accepted'], ['accepted', 'started', 'done']]);
    expect(await typesOf(engine, 't-1')).toEqual([
      ...['accepted', 'started', 'done', 'started', 'done', 'completed'],
    ]);
  });

  it('undoes in transactions, too, in reverse order', async () => {
    const plan = transfer({}, {}, { action: fails });
    const engine = ledger.engine(plan);
    expect(await codeOf(run(engine, plan))).toBe('SAGA_EXECUTION');
    expect(await ledger.rows()).toEqual(['Debit', 'Credit', 'undo Credit', 'undo Debit']);
    expect((await typesOf(engine, 't-1')).slice(5)).toEqual([
      ...['started', 'failed', 'compensating'],
      ...['undo-started', 'undone', 'undo-started', 'undone', 'compensated'],
    ]);
  });

  it.each([
    ['throws', async () => Promise.reject(new Error('no credit'))],
    ['gives an Err', () => ResultFactory.error('FUNDS', 'no credit')],
  ])('rolls back what %s, and the attempt is not done (81)', async (_how, end) => {
    let attempts = 0;
    const plan = transfer({
      retry: { retries: 1, delay: 1 },
      action: async (_ctx, tx) => {
        await ledger.write(tx, `attempt ${(attempts += 1)}`);
        return end();
      },
    });
    const engine = ledger.engine(plan);
    expect(await codeOf(run(engine, plan))).toBe('SAGA_EXECUTION');
    expect([attempts, await ledger.rows()]).toEqual([2, []]);
    const details = await engine.get({ name: 'Transfer', id: 't-1' });
    const failed = details?.timeline.filter(({ type }) => type === 'failed');
    expect(failed?.map((record) => 'outcome' in record && record.outcome)).toEqual([
      ...['not-done', 'not-done'],
    ]);
    expect(details?.status).toBe('compensated');
  });

  it('rolls back at the time limit, after the action has ended, and no record follows it (81)', async () => {
    const plan = transfer({
      timeout: 30,
      action: async ({ signal }, tx) => {
        await ledger.write(tx, 'too late');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await ledger.write(tx, 'after its time');
      },
    });
    const engine = ledger.engine(plan);
    const end = await run(engine, plan).catch((error: { cause: unknown }) => error.cause);
    expect(isSagaError(end, 'SAGA_TIMEOUT')).toBe(true);
    expect(await ledger.rows()).toEqual([]);
    expect(await typesOf(engine, 't-1')).toEqual([
      ...['accepted', 'started', 'failed', 'compensating', 'compensated'],
    ]);
  });

  it('a cancel rolls back what is under way, of which nothing is recorded (81)', async () => {
    let begun!: () => void;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const plan = transfer(
      {},
      {
        action: async ({ signal }, tx) => {
          await ledger.write(tx, 'Credit');
          begun();
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      },
    );
    const engine = ledger.engine(plan);
    const handle = await engine.start(plan, {}, { id: 't-1' });
    await hasBegun;
    await engine.cancel({ name: 'Transfer', id: 't-1' }, 'changed my mind');
    expect(await codeOf(handle.result())).toBe('SAGA_EXECUTION');
    expect(await ledger.rows()).toEqual(['Debit', 'undo Debit']);
    expect((await typesOf(engine, 't-1')).slice(3)).toEqual([
      ...['cancel-requested', 'compensating', 'undo-started', 'undone', 'compensated'],
    ]);
  });

  it('a conflict is no failed attempt: the transaction runs again, on what it found (84)', async () => {
    let runs = 0;
    const plan = transfer({
      action: async ({ context }, tx) => {
        context.count = (context.count ?? 0) + 1;
        await ledger.write(tx, `run ${(runs += 1)}, ${context.count}`);
        if (runs < 4) throw Object.assign(new Error('conflict'), { code: '40001' });
        return context.count;
      },
    });
    const engine = ledger.engine(plan);
    await run(engine, plan);
    expect(await ledger.rows()).toEqual(['run 4, 1']);
    expect(await typesOf(engine, 't-1')).toEqual(['accepted', 'started', 'done', 'completed']);
  });

  it('after ten repeats a conflict is a failed attempt, with the reason', async () => {
    let runs = 0;
    const plan = transfer({
      action: async () => {
        runs += 1;
        throw Object.assign(new Error('deadlock'), { code: '40P01' });
      },
    });
    const engine = ledger.engine(plan);
    const end = await run(engine, plan).catch((error: { cause: unknown }) => error.cause);
    expect(String(end)).toContain('met conflicts with others in each of its 11 runs');
    expect(runs).toBe(11);
  });

  it('goes together with plain steps, and one after the pivot is retried', async () => {
    let tries = 0;
    const done: string[] = [];
    const plan = defineSaga<Data>('Transfer', [
      { label: 'Look', action: () => void done.push('Look'), compensate: NOTHING_TO_UNDO },
      {
        label: 'Debit',
        transaction: true,
        pivot: true,
        action: (_ctx: ISagaContext<Data>, tx: unknown) => ledger.write(tx, 'Debit'),
      },
      {
        label: 'Credit',
        transaction: true,
        retry: { retries: 2, delay: 1 },
        action: async (_ctx: ISagaContext<Data>, tx: unknown) => {
          await ledger.write(tx, 'Credit');
          if ((tries += 1) === 1) throw new Error('not yet');
        },
      },
      { label: 'Mail', action: () => void done.push('Mail') },
    ]);
    const engine = ledger.engine(plan);
    await run(engine, plan);
    expect([done, await ledger.rows()]).toEqual([
      ['Look', 'Mail'],
      ['Debit', 'Credit'],
    ]);
  });

  it('may be the first step of a saga that was started in a transaction', async () => {
    const plan = transfer({}, {});
    const engine = ledger.engine(plan);
    await engine.open();
    const handle = await ledger.transactions.run((transaction) =>
      engine.start(plan, {}, { id: 't-1', transaction }),
    );
    await handle.result();
    expect(await ledger.rows()).toEqual(['Debit', 'Credit']);
    expect(await typesOf(engine, 't-1')).toEqual([
      ...['accepted', 'started', 'done', 'started', 'done', 'completed'],
    ]);
  });
}
