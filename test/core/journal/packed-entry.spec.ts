import {
  packedText,
  packEntry,
  unpackEntry,
  type JournalEntry,
} from '../../../lib/core/journal/index.js';

const ENTRY: JournalEntry = {
  ...{ seq: 3, at: 1_700_000_000_000, epoch: 2, head: '{"type":"done"}' },
  ...{ result: '7', context: '{}' },
};

describe('a record as stores write it down', () => {
  // Stored by every version: what is read back below must be readable for ever.
  it.each<[string, Partial<JournalEntry>, string]>([
    ['all of it', {}, '[3,1700000000000,2,"{\\"type\\":\\"done\\"}","7","{}"]'],
    ['no context', { context: null }, '[3,1700000000000,2,"{\\"type\\":\\"done\\"}","7"]'],
    ['no result', { result: null }, '[3,1700000000000,2,"{\\"type\\":\\"done\\"}",null,"{}"]'],
    ['neither', { result: null, context: null }, '[3,1700000000000,2,"{\\"type\\":\\"done\\"}"]'],
  ])('is the same when it comes back: %s', (_, over, text) => {
    const entry = { ...ENTRY, ...over };
    expect(JSON.stringify(packEntry(entry))).toBe(text);
    expect(unpackEntry(JSON.parse(text))).toEqual(entry);
    const asIs = text.replace('"{\\"type\\":\\"done\\"}"', '{"type":"done"}');
    expect(packedText(entry)).toBe(asIs);
    expect(unpackEntry(JSON.parse(asIs))).toEqual(entry);
  });

  it.each([
    '{"type":"failed","error":{"message":"\\ud83c \\u0000 \\"quoted\\""}}',
    '{"2":1,"label":"é"}',
  ])('has its head letter by letter: %s', (head) => {
    const entry = { ...ENTRY, head };
    expect(unpackEntry(JSON.parse(packedText(entry)))).toEqual(entry);
  });

  it.each<[unknown]>([
    [null],
    [{}],
    [[]],
    [[1, 2, 3]],
    [[1.5, 1, 1, '{}']],
    [[1, '1', 1, '{}']],
    [[1, 1, null, '{}']],
    [[1, 1, 1, null]],
    [[1, 1, 1, 7]],
    [[1, 1, 1, '{}', 7]],
    [[1, 1, 1, '{}', '7', {}]],
    [[1, 1, 1, '{}', null, null, null]],
  ])('is refused when it is none: %j', (packed) => {
    expect(() => unpackEntry(packed)).toThrow(/a record is not one/);
  });
});
