import { CommonHeads } from '../../../lib/core/journal/common-heads.js';
import { decodeHead, encodeHead } from '../../../lib/core/journal/index.js';

describe('heads that many sagas have in common', () => {
  it('are made once per label, and anew where something else of it has changed', () => {
    let made = 0;
    const heads = new CommonHeads((label, owed: boolean) => `${label} ${owed} ${(made += 1)}`);
    expect(heads.of('Charge', true)).toBe('Charge true 1');
    expect(heads.of('Charge', true)).toBe('Charge true 1');
    expect(heads.of('Charge', false)).toBe('Charge false 2');
    expect(heads.of('Ship', false)).toBe('Ship false 3');
    expect(heads.of('Charge', false)).toBe('Charge false 2');
  });

  it('are kept for a thousand labels, however many there come', () => {
    let made = 0;
    const heads = new CommonHeads((label) => `${label} ${(made += 1)}`);
    for (let label = 0; label < 1_000; label += 1) heads.of(String(label), 0);
    heads.of('0', 0);
    expect(made).toBe(1_000);
    heads.of('one more', 0);
    heads.of('0', 0);
    expect(made).toBe(1_002);
  });

  it.each([1, 2])('say what they said, of attempt %p', (attempt) => {
    for (const owesUndo of [true, 'attempted', false] as const) {
      const record = { type: 'started', label: 'Charge', attempt, owesUndo } as const;
      expect(decodeHead(encodeHead(record))).toEqual(record);
    }
    for (const pivot of [true, false]) {
      const record = { type: 'done', label: 'Charge', attempt, result: 1, pivot } as const;
      const { result: _, ...head } = record;
      expect(decodeHead(encodeHead(record))).toEqual(head);
    }
  });
});
