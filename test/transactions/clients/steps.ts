import assert from 'node:assert/strict';
import { Injectable } from '@nestjs/common';
import {
  isSagaError,
  ResultFactory,
  Saga,
  SagaStep,
  type ISagaCompensationContext,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';
import type { TransactionCase } from './contract.js';
import type { Shop } from './stand.js';

type Transfer = Record<'id', string>;
type Act = (ctx: ISagaContext<Transfer>, tx: any) => unknown;

/** What the transactional steps of the next saga do. */
export const acts: { debit: Act; credit: Act; undo: Act } = {
  debit: () => undefined,
  credit: () => undefined,
  undo: () => undefined,
};

@Saga('TransferMoney')
@Injectable()
export class TransferMoney {
  @SagaStep({ transaction: true, compensate: 'giveBack', timeout: 1_500, retry: 1 })
  async debit(ctx: ISagaContext<Transfer>, tx: any): Promise<unknown> {
    return acts.debit(ctx, tx);
  }
  async giveBack(ctx: ISagaCompensationContext<Transfer>, tx: any): Promise<unknown> {
    return acts.undo(ctx, tx);
  }
  @SagaStep({ transaction: true, pivot: true, retry: 1 })
  async credit(ctx: ISagaContext<Transfer>, tx: any): Promise<unknown> {
    return acts.credit(ctx, tx);
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Runs a saga of these steps, and answers its records. */
async function transferred(
  shop: Shop,
  wanted: Partial<typeof acts>,
  { losesCommits = false } = {},
): Promise<readonly string[]> {
  await shop.start();
  shop.losesCommits = losesCommits;
  // Whatever the client answers is no result of a step.
  const write = (row: string) => async (_: unknown, tx: unknown) =>
    void (await shop.client.order(tx, row));
  Object.assign(acts, { debit: write('debit'), credit: write('credit'), undo: write('undo') });
  Object.assign(acts, wanted);
  const handle = await shop.starter.for(TransferMoney, { id: 't-1' }, { id: 't-1' }).start();
  await handle.result().catch((error: unknown) => assert.ok(isSagaError(error), String(error)));
  const details = await shop.operations.get('TransferMoney', 't-1');
  return (details?.timeline ?? []).map(({ type }) => type);
}

async function rows(shop: Shop, ...expected: readonly string[]): Promise<void> {
  assert.deepEqual(JSON.parse(JSON.stringify(await shop.site.orders())), expected);
}

export const stepCases: readonly TransactionCase[] = [
  {
    name: 'what a step writes and the record of it commit together (79)',
    async run(shop) {
      const types = await transferred(shop, {});
      const done = ['started', 'done', 'started', 'done', 'completed'];
      assert.deepEqual(types.slice(1), done);
      await rows(shop, 'credit', 'debit');
    },
  },
  {
    name: 'an Err rolls a step back; the undos of others are transactions, too (81)',
    async run(shop) {
      const types = await transferred(shop, {
        credit: async (_, tx) => {
          await shop.client.order(tx, 'credit');
          return ResultFactory.nonRetryable('FUNDS', 'Not enough');
        },
      });
      assert.equal(types.at(-1), 'compensated');
      await rows(shop, 'debit', 'undo');
    },
  },
  {
    name: 'a step that was overtaken commits nothing (80)',
    async run(shop) {
      let overtaken: Promise<unknown> | undefined;
      const types = await transferred(shop, {
        debit: async (_, tx) => {
          await shop.client.order(tx, 'debit');
          const claim = shop.site.kind === 'postgres' ? '$1' : '?';
          overtaken = shop.transactions
            .use(tx)
            .query(`UPDATE ${shop.site.sagas} SET epoch = epoch + ${claim}`, [1]);
          await overtaken;
        },
      });
      await overtaken;
      assert.ok(!types.includes('done'), types.join());
      await rows(shop);
    },
  },
  {
    name: 'a conflict that the client tells of runs the transaction again, and is no failure (84)',
    on: 'postgres',
    async run(shop) {
      let runs = 0;
      const types = await transferred(shop, {
        debit: async (_, tx) => {
          await shop.client.order(tx, 'debit');
          runs += 1;
          if (runs > 2) return;
          const state = ['40001', '40P01'][runs - 1];
          const raise = `DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '${state}'; END $$`;
          await shop.transactions.use(tx).query(raise, []);
        },
      });
      assert.deepEqual([runs, types.includes('failed')], [3, false]);
      await rows(shop, 'credit', 'debit');
    },
  },
  {
    name: 'what goes on in a step after its time was over writes nothing (81)',
    on: 'postgres',
    async run(shop) {
      let late: Promise<unknown> | undefined;
      const types = await transferred(shop, {
        debit: (_, tx) => {
          late = pause(1_800).then(() => shop.client.order(tx, 'late'));
          late.catch(() => undefined);
          return late;
        },
      });
      await late?.catch(() => undefined);
      assert.equal(types.at(-1), 'compensated');
      await rows(shop);
    },
  },
  {
    name: 'a lost answer to COMMIT is settled by the journal: the effect stands once, with its record (82)',
    async run(shop) {
      const types = await transferred(shop, {}, { losesCommits: true });
      assert.equal(types.at(-1), 'completed');
      assert.equal(types.filter((type) => type === 'done').length, 2);
      await rows(shop, 'credit', 'debit');
    },
  },
];
