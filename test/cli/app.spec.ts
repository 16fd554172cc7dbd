import { join } from 'node:path';
import { defineSaga } from 'nestjs-saga-orchestrator/core';
import {
  ANNA,
  batchOf,
  created,
  entryOf,
  LONG_LEASE,
} from '../../lib/testing/contract/fixtures.js';
import { journalOf, targetOf } from '../../lib/cli/target.js';
import { postgresStore } from '../journals/postgres-store.js';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { saga } from './terminal.js';

const postgres = postgresStore(['fsync=off']);
const STORES: readonly [store: string, address: () => string][] = [
  ['SQLite', () => `sqlite:${join(tempFolder(), 'sagas.db')}`],
  ['Postgres', () => `${postgres.server.url}?schema=${postgres.schema()}`],
];
const APP = ['--app', join(__dirname, 'shop.module.ts')];

afterAll(removeTempFolders);

describe('plans of an application that is not there', () => {
  it('are drawn without a journal, and without making anything of it', async () => {
    const drawn = await saga(['diagram', 'Order', '--format', 'ascii', ...APP]);
    expect([drawn.exit, drawn.err]).toEqual([0, '']);
    expect(drawn.out).toMatch(/^Order v2\n +1 +Reserve +<- undo\n +2 +Pay +pivot/);
    const matrix = await saga(['matrix', 'Refund', '--md', ...APP]);
    expect([matrix.exit, matrix.out]).toEqual([0, expect.stringContaining('| PayBack |')]);
    expect((await saga(['diagram', 'ByHand', ...APP])).out).toContain('Act');
    expect((await saga(['diagram', 'Order', '--version', '2', ...APP])).exit).toBe(0);
  });

  it('are looked for in vain by another name or version, or in a file that has none', async () => {
    const unknown = await saga(['diagram', 'Nothing', ...APP]);
    expect([unknown.exit, unknown.err]).toEqual([
      4,
      "saga: --app has no plan of 'Nothing'; it has ByHand, Order, Refund\n",
    ]);
    expect((await saga(['diagram', 'Order', '--version', '1', ...APP])).exit).toBe(4);
    const none = await saga(['matrix', 'Order', '--app', join(__dirname, 'terminal.ts')]);
    expect([none.exit, none.err]).toEqual([2, expect.stringContaining('exports a module of Nest')]);
    const gone = await saga(['matrix', 'Order', '--app', join(__dirname, 'gone.js')]);
    expect([gone.exit, gone.err]).toEqual([1, expect.stringContaining('--app cannot be loaded')]);
  });
});

it.each(STORES)(
  'plan diff --app says what a deploy would do to sagas, on %s',
  async (_, address) => {
    const place = address();
    const journal = journalOf(targetOf(place), 'auto');
    await journal.open();
    await journal.heartbeat(ANNA, LONG_LEASE);
    const head = (label: string) =>
      JSON.stringify({ type: 'started', label, attempt: 1, owesUndo: true });
    const begun = (name: string, id: string, label: string) =>
      created(journal, { name, id, entries: [entryOf(1, { head: head(label) })] });
    await begun('Order', 'o-1', 'Charge');
    await begun('Order', 'o-2', 'Reserve');
    const over = await begun('Order', 'o-3', 'Charge');
    await journal.append(batchOf(over, [2], { status: 'compensated' }));
    await begun('Gone', 'g-1', 'Act');
    const step = (label: string) => ({ label, action: () => 1, compensate: () => 1 });
    const before = defineSaga('Order', [step('Reserve'), step('Charge')]);
    await journal.savePlans?.('', [before.toJSON()]);
    await journal.close();

    // The application that is there has all of its undos.
    expect((await saga(['plan', 'diff', '--journal', place])).exit).toBe(0);
    const diff = await saga(['plan', 'diff', ...APP, '--json', '--journal', place]);
    expect(diff.exit).toBe(1);
    expect(diff.lines).toMatchObject([
      { name: 'ByHand', open: 0, missing: [] },
      {
        ...{ name: 'Order', version: 2, open: 2, added: ['Pay'], gone: ['Charge'] },
        missing: [{ label: 'Charge', ids: ['o-1'] }],
      },
      { name: 'Refund', open: 0, missing: [] },
    ]);
    expect(diff.err).toBe('1 of Gone v1 are not over, and --app has no plan of that name.\n');
    const one = await saga(['plan', 'diff', 'Refund', ...APP, '--journal', place]);
    expect([one.exit, one.out, one.err]).toEqual([0, 'Refund v1  0 sagas are not over\n', '']);
  },
);
