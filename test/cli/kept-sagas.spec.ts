import { join } from 'node:path';
import { defineSaga } from 'nestjs-saga-orchestrator/core';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import {
  ANNA,
  batchOf,
  created,
  entryOf,
  LONG_LEASE,
} from '../../lib/testing/contract/fixtures.js';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { saga } from './terminal.js';

afterAll(removeTempFolders);

/** A file with what is written into it. */
async function fileWith(write: (journal: ReturnType<typeof sqliteJournal>) => Promise<unknown>) {
  const file = join(tempFolder(), 'sagas.db');
  const journal = sqliteJournal({ file });
  await journal.open();
  await journal.heartbeat(ANNA, LONG_LEASE);
  await write(journal);
  await journal.close();
  return (...words: string[]) => saga([...words, '--journal', file]);
}

const headed = (seq: number, record: object) => entryOf(seq, { head: JSON.stringify(record) });
const CHARGED = { type: 'started', label: 'Charge', attempt: 1, owesUndo: true };

it('has no plan owe an undo to a saga that was terminated', async () => {
  const ask = await fileWith(async (journal) => {
    const order = await created(journal, { name: 'Order', entries: [headed(1, CHARGED)] });
    const terminated = { type: 'manual', act: 'terminate', by: 'ann', reason: 'settled by hand' };
    const entries = [headed(2, terminated)];
    const parked = { reason: 'terminated' as const };
    await journal.append(batchOf(order, [], { entries, status: 'parked', parked }));
    const plan = defineSaga('Order', [{ label: 'Pay', action: () => 1 }]);
    await journal.savePlans?.('', [plan.toJSON()]);
  });
  const diff = await ask('plan', 'diff');
  expect([diff.exit, diff.out]).toEqual([0, 'Order v1  0 sagas are not over\n']);
  expect((await ask('doctor')).out).toContain(
    '✔  undos       the newest plans have every undo that is owed',
  );
});

it('says of a saga that sleeps without a time that somebody has to wake it', async () => {
  const until = Date.UTC(2100, 0, 1);
  const ask = await fileWith(async (journal) => {
    for (const [id, time] of Object.entries({ endless: null, dated: until })) {
      const order = await created(journal, { name: 'Order', id });
      await journal.append(batchOf(order, [2], { sleep: { until: time } }));
    }
  });
  const shown = async (id: string) => (await ask('show', 'Order', id, '--utc')).out;
  expect(await shown('endless')).toMatch(/sleeps until +somebody wakes it\n/);
  expect(await shown('dated')).toMatch(/sleeps until +2100-01-01 00:00:00Z\n/);
});

it('counts all requests that are open, and knows the oldest', async () => {
  const ask = await fileWith(async (journal) => {
    const order = await created(journal, { name: 'Order' });
    const { application = '', id } = order;
    const why = { by: 'ann', reason: 'a test', origin: 'cli' };
    const asked = {
      application,
      name: 'Order',
      id,
      act: 'cancel',
      label: null,
      result: null,
    } as const;
    await journal.operators.request({ ...asked, ...why, request: 'oldest', bulk: null });
    const others = Array.from({ length: 1_200 }, (_, at) => `r-${at}`);
    await Promise.all(
      others.map((request) => journal.operators.request({ ...asked, ...why, request, bulk: 'b' })),
    );
  });
  expect((await ask('doctor')).out).toContain('⚠  requests    1201 are open, the oldest for');
});
