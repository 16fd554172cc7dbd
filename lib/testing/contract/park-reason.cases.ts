import { strict as assert } from 'node:assert';
import type { Journal, NewSaga, SagaFilter } from '../../core/index.js';
import { batchOf, BERT, claimedIds, created, ended, idsOf, refused, rowOf } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

type Reason = Extract<NonNullable<SagaFilter['parkReason']>, string>;

async function parkedFor(journal: Journal, reason: Reason, label?: string): Promise<NewSaga> {
  const saga = await created(journal);
  const parked = label === undefined ? { reason } : { reason, label };
  await journal.append(batchOf(saga, [2], { status: 'parked', parked }));
  return saga;
}

export const parkReasonCases: readonly JournalContractCase[] = [
  contractCase('a row tells why its saga is parked, and at which step', async (store) => {
    const journal = await store.open();
    const saga = await created(journal);
    const told = async (): Promise<readonly unknown[]> => {
      const { status, parkReason, label } = await rowOf(journal, saga);
      return [status, parkReason, label];
    };
    assert.deepEqual(await told(), ['running', null, null]);
    const doubt = { reason: 'in-doubt', label: 'Charge' } as const;
    await journal.append(batchOf(saga, [2], { status: 'parked', parked: doubt }));
    assert.deepEqual(await told(), ['parked', 'in-doubt', 'Charge']);
    const terminated = { reason: 'terminated' } as const;
    await journal.append(batchOf(saga, [3], { status: 'parked', parked: terminated }));
    assert.deepEqual(await told(), ['parked', 'terminated', null], 'of the last append');
    await journal.append(batchOf(saga, [4], { status: 'parked' }));
    assert.deepEqual(await told(), ['parked', null, null], 'nobody has said');
  }),

  contractCase('a saga that goes on is parked for no reason any more', async (store) => {
    const journal = await store.open();
    const saga = await parkedFor(journal, 'in-doubt', 'Charge');
    assert.deepEqual(await claimedIds(journal, BERT, { id: saga.id }), [saga.id]);
    const claimed = await rowOf(journal, saga);
    assert.deepEqual([claimed.parkReason, claimed.label], ['in-doubt', 'Charge'], 'it rests still');
    await journal.append(batchOf(saga, [3], { owner: BERT, epoch: 2 }));
    const { status, parkReason, label } = await rowOf(journal, saga);
    assert.deepEqual([status, parkReason, label], ['running', null, null]);
  }),

  contractCase('sagas of one write keep their own reasons', async (store) => {
    const journal = await store.open();
    const sagas = [await created(journal), await created(journal), await created(journal)];
    const reason = 'compensation-failed';
    const parked = [{ reason, label: 'Charge' }, { reason, label: 'Ship' }, { reason }] as const;
    await Promise.all(
      parked.map((each, at) =>
        journal.append(batchOf(sagas[at] as NewSaga, [2], { status: 'parked', parked: each })),
      ),
    );
    const rows = await Promise.all(sagas.map((saga) => rowOf(journal, saga)));
    assert.deepEqual(
      rows.map(({ label }) => label),
      ['Charge', 'Ship', null],
    );
  }),

  contractCase('list by park reason tells those that are parked for it', async (store) => {
    const journal = await store.open();
    const doubt = (await parkedFor(journal, 'in-doubt')).id;
    const limit = (await parkedFor(journal, 'recovery-limit')).id;
    const again = (await parkedFor(journal, 'in-doubt', 'Ship')).id;
    await ended(journal, 'parked');
    await ended(journal, 'completed');
    const goneOn = await parkedFor(journal, 'in-doubt');
    await claimedIds(journal, BERT, { id: goneOn.id });
    await journal.append(batchOf(goneOn, [3], { owner: BERT, epoch: 2 }));
    const found = (filter: SagaFilter): Promise<readonly string[]> => idsOf(journal, filter);
    assert.deepEqual(await found({ parkReason: 'in-doubt' }), [again, doubt]);
    assert.deepEqual(await found({ parkReason: 'in-doubt', limit: 1 }), [again]);
    const both = { parkReason: ['in-doubt', 'recovery-limit'] } as const;
    assert.deepEqual(await found(both), [again, limit, doubt]);
    assert.deepEqual(await found({ ...both, status: ['parked', 'running'] }), [
      again,
      limit,
      doubt,
    ]);
    assert.deepEqual(await found({ ...both, status: 'running' }), [], 'none of them is');
    assert.deepEqual(await found({ parkReason: [] }), []);
    assert.deepEqual(await found({ parkReason: 'terminated' }), []);
    await refused(found({ parkReason: 'unlucky' as Reason }), 'SAGA_OPTIONS');
  }),
];
