import { strict as assert } from 'node:assert';
import type { JournalEntry, Rewriter } from '../../core/index.js';
import { batchOf, created, entryOf, refOf, storedOf, unchanged } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

const again = (text: string): string => `${text}, again`;
const entryAgain = (entry: JournalEntry): JournalEntry => ({
  ...entry,
  result: entry.result === null ? null : again(entry.result),
  context: entry.context === null ? null : again(entry.context),
});

const AGAIN: Rewriter = { input: again, entry: entryAgain };
const SAME: Rewriter = { input: (text) => text, entry: (entry) => entry };

/** Of a journal that rewrites; one that does not passes. */
export const rewriteCases: readonly JournalContractCase[] = [
  contractCase('rewrite changes the texts of one saga, and nothing else', async (store) => {
    const journal = await store.open();
    if (journal.rewrite === undefined) return;
    const [saga, other] = [await created(journal), await created(journal)];
    await journal.append(batchOf(saga, [2, 3]));
    await journal.append(batchOf(saga, [4], { status: 'completed' }));
    await journal.append(batchOf(other, [2], { status: 'completed' }));
    const before = await storedOf(journal, saga);
    await unchanged(journal, other, async () => {
      assert.equal(await journal.rewrite?.(refOf(saga), AGAIN), 0, 'all of it can be read');
    });
    assert.deepEqual(await storedOf(journal, saga), {
      ...before,
      row: { ...before.row, input: again(before.row.input) },
      entries: before.entries.map(entryAgain),
    });
    await unchanged(journal, saga, async () => {
      assert.equal(await journal.rewrite?.(refOf(saga), SAME), 0);
    });
    assert.equal(await journal.rewrite({ ...refOf(saga), id: 'nobody' }, AGAIN), undefined);
  }),

  contractCase('a rewrite beside appends to the same saga loses none of them', async (store) => {
    const [journal, other] = [await store.open(), await store.open()];
    if (other.rewrite === undefined) return;
    const saga = await created(journal);
    let isOver = false;
    const once = (text: string): string => (text.endsWith(', again') ? text : again(text));
    const entry = ({ result, ...rest }: JournalEntry): JournalEntry => ({
      ...rest,
      result: result === null ? null : once(result),
    });
    const rewriting = (async () => {
      while (!isOver) await other.rewrite?.(refOf(saga), { input: once, entry });
    })();
    const entries = Array.from({ length: 39 }, (_, at) => entryOf(at + 2, { result: '"r"' }));
    for (const one of entries) await journal.append(batchOf(saga, [], { entries: [one] }));
    await journal.append(batchOf(saga, [41], { status: 'completed' }));
    isOver = true;
    await rewriting;
    const stored = await storedOf(journal, saga);
    assert.equal(stored.damage, undefined);
    assert.deepEqual(
      stored.entries.map(({ seq }) => seq),
      Array.from({ length: 41 }, (_, at) => at + 1),
    );
    assert.equal(stored.row.status, 'completed');
    assert.equal(await journal.rewrite?.(refOf(saga), { input: once, entry }), 0);
    const { entries: last } = await storedOf(journal, saga);
    assert.ok(last.every(({ result }) => result === null || result.endsWith(', again')));
  }),

  contractCase('rewrites of one saga at once do not mix', async (store) => {
    const journals = [await store.open(), await store.open()] as const;
    const [journal] = journals;
    if (journal.rewrite === undefined) return;
    const saga = await created(journal);
    await journal.append(batchOf(saga, [2, 3, 4], { status: 'completed' }));
    const marks = ['one', 'other'];
    const marking = (mark: string): Rewriter => ({
      input: (text) => `${text} ${mark}`,
      entry: ({ result, ...entry }) => ({ ...entry, result: result && `${result} ${mark}` }),
    });
    await Promise.all(
      journals.map(async (each, at) => each.rewrite?.(refOf(saga), marking(marks[at] ?? ''))),
    );
    const { row, entries } = await storedOf(journal, saga);
    const written = [row.input, ...entries.flatMap(({ result }) => result ?? [])];
    const [first, ...others] = written.map((text) => text.replace(/^\S+ /, ''));
    assert.ok(
      others.every((mark) => mark === first),
      `one of them, or both: ${written.join('; ')}`,
    );
  }),
];
