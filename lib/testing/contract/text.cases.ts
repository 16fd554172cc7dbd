import { strict as assert } from 'node:assert';
import { isSagaError, jsonCodec, type JournalEntry } from '../../core/index.js';
import { batchOf, created, entryOf, idsOf, sagaOf, storedOf } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

/** Texts that some store has once returned as another text. */
const HOSTILE: readonly string[] = [
  '',
  ' leading and trailing ',
  'tab\tnewline\nreturn\r\n',
  `quotes ' " \` and a backslash \\`,
  `'; DROP TABLE sagas; -- %s $1 ? :name @name`,
  '\\u0000 \\ud800',
  '\u0001\u001f\u007f\u0080\u2028\u2029\ufeff',
  '😀 👩‍👩‍👧 é e\u0301 Ω ß ı',
  '\ufeffafter a byte order mark, \ufffd',
  '__proto__',
  '{"__proto__":{"polluted":true}}',
  'null',
  '0123',
  '1e400',
];

/** Payload values whose encoded form carries the escapes that stores stumble over. */
const VALUES: readonly unknown[] = [
  ...HOSTILE,
  'NUL \u0000 inside',
  'half \ud800 of a pair',
  '\udc00\ud83d',
  { text: '\u0000', date: new Date(0), big: 12n ** 40n, missing: undefined },
  'x'.repeat(1_048_576),
  '😀'.repeat(200_000),
];

/** Exactly 255 bytes, of one, two and four bytes per character. */
const LONG_IDS: readonly string[] = [
  'i'.repeat(255),
  `${'é'.repeat(127)}!`,
  `${'😀'.repeat(63)}abc`,
];

function entriesOf(values: readonly unknown[]): readonly JournalEntry[] {
  return values.map((value, index) => {
    const text = jsonCodec.encode(value);
    const head = JSON.stringify({
      type: 'done',
      label: 'step',
      note: String(value).slice(0, 1_000),
    });
    return entryOf(index + 2, { head, result: text, context: index % 2 === 0 ? text : null });
  });
}

export const textCases: readonly JournalContractCase[] = [
  contractCase('payloads come back byte for byte', async (store) => {
    const [writer, reader] = [await store.open(), await store.open()];
    for (const [index, value] of VALUES.entries()) {
      const input = jsonCodec.encode(value);
      const saga = await created(writer, { input, fingerprint: `f-${index}` });
      assert.equal((await storedOf(reader, saga)).row.input, input);
    }
    const saga = await created(writer);
    const entries = entriesOf(VALUES);
    await writer.append(batchOf(saga, [], { entries }));
    const stored = await storedOf(reader, saga);
    assert.deepEqual(stored.entries.slice(1), entries);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  }),

  contractCase('numbers come back as they were', async (store) => {
    const journal = await store.open();
    const times = [0, 1, 2_147_483_648, 4_294_967_296, 1_795_000_000_000, 8_640_000_000_000_000];
    for (const time of times) {
      const saga = await created(journal, {
        deadline: time,
        version: 2_147_483_647,
        entries: [entryOf(1, { at: time })],
      });
      const { row, entries } = await storedOf(journal, saga);
      assert.deepEqual([row.deadline, row.version, entries[0]?.at], [time, 2_147_483_647, time]);
    }
  }),

  contractCase(
    'ids, names, keys and tags of any text are kept apart and found again',
    async (store) => {
      const journal = await store.open();
      const texts = [...HOSTILE.slice(1), ...LONG_IDS, 'Case', 'case', 'case '];
      for (const text of texts) {
        const tags = Object.fromEntries([
          [text, text],
          ['all', 'yes'],
        ]);
        await created(journal, { id: text, name: text, key: text, tags });
      }
      for (const text of texts) {
        const { row } = await storedOf(journal, { name: text, id: text });
        assert.deepEqual([row.name, row.id, row.key], [text, text, text]);
        assert.deepEqual(
          Object.entries(row.tags).sort(),
          [
            [text, text],
            ['all', 'yes'],
          ].sort(),
        );
        assert.deepEqual(await idsOf(journal, { name: text }), [text]);
        assert.deepEqual(await idsOf(journal, { key: text }), [text]);
        const tags = Object.fromEntries([[text, text]]);
        assert.deepEqual(await idsOf(journal, { tags }), [text]);
      }
      assert.deepEqual(await idsOf(journal, { tags: { all: 'yes' } }), texts.toReversed());
    },
  ),

  contractCase('text that cannot be kept is refused, and nothing is written', async (store) => {
    const journal = await store.open();
    for (const text of ['NUL \u0000', 'half \ud800', '\udc00']) {
      for (const over of [
        { id: text },
        { name: text },
        { key: text },
        { owner: text },
        { birth: text },
        { application: text },
        { tags: { tenant: text } },
        { tags: { [text]: 'tenant' } },
        { headers: { tenant: text } },
        { headers: { [text]: 'tenant' } },
        { input: text },
        { entries: [entryOf(1, { head: text })] },
        { entries: [entryOf(1, { result: text })] },
        { entries: [entryOf(1, { context: text })] },
      ]) {
        const saga = sagaOf(over);
        const outcome = await journal.create(saga).then(
          () => 'kept' as const,
          (error: unknown) => error,
        );
        if (outcome !== 'kept') {
          assert.ok(isSagaError(outcome, 'SAGA_SERIALIZATION'), String(outcome));
          continue;
        }
        const { row, entries } = await storedOf(journal, saga);
        assert.deepEqual({ ...row, entries }, { ...row, ...saga });
      }
    }
  }),
];
