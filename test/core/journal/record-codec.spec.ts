import type { SagaRecord } from 'nestjs-saga-orchestrator/core';
import { decodeHead, encodeHead, encodeRecord } from '../../../lib/core/journal/index.js';

const declined = Object.assign(new Error('card declined'), { code: 'DECLINED', token: 's3cr3t' });

const done = { type: 'done', label: 'A', attempt: 1, result: 1, pivot: false } as const;

const RECORDS: readonly SagaRecord[] = [
  { type: 'started', label: 'Charge', attempt: 2, owesUndo: true },
  { type: 'done', label: 'Charge', attempt: 1, result: { tx: 1n }, pivot: false },
  { type: 'done', label: 'Charge', attempt: 1, result: undefined, pivot: true },
  { type: 'started', label: 'a "b" \\ \u0000 \ud83c', attempt: 1, owesUndo: false },
  { type: 'done', label: 'a "b" \\ \u0000 \ud83c', attempt: 9, result: undefined, pivot: false },
  { type: 'probed', label: 'Charge', answer: 'done', result: [1], pivot: false },
  { type: 'undo-started', label: 'Charge', attempt: 1 },
  { type: 'undone', label: 'Charge', attempt: 1 },
  { type: 'cancel-requested', by: 'operator', reason: 'NUL \u0000 and \ud83c' },
  { type: 'completed' },
  { type: 'compensated' },
  { type: 'resumed', skip: ['Reserve'] },
  { type: 'accepted' },
  { type: 'recovered', owner: 'process-2' },
  { type: 'parked', reason: 'compensation-failed', label: 'Reserve' },
];

/** All that hold an error. */
const FAILURES: readonly SagaRecord[] = [
  {
    type: 'failed',
    label: 'A',
    attempt: 1,
    outcome: 'unknown',
    retryable: true,
    error: declined,
  },
  { type: 'undo-failed', label: 'A', attempt: 1, retryable: false, retryAt: 0, error: declined },
  { type: 'compensating', cause: { reason: 'step-failed', label: 'A', error: declined } },
  { ...done, unstorable: declined },
  { type: 'probed', label: 'A', answer: 'done', pivot: false, result: 1, unstorable: declined },
];

/** The way of a record through the journal. */
function replayed(record: SagaRecord): { readonly record: SagaRecord; readonly head: string } {
  const head = encodeHead(record);
  const read = decodeHead(head);
  const known = encodeRecord(record);
  expect(known.head).toBe(head);
  // What the process that writes it sees is what others read, to the last part of its error.
  expect({ ...known.record, result: undefined }).toEqual({ ...read, result: undefined });
  expect(encodeHead(known.record)).toBe(head);
  return { record: read, head };
}

describe('a record in the journal', () => {
  it.each(RECORDS)('comes back as it was, without its result: $type $label', (record) => {
    const { result: _, ...rest } = { result: undefined, ...record };
    expect(replayed(record).record).toEqual(rest);
  });

  it('keeps the result apart from what is ours, so that a codec can encrypt it', () => {
    const { head } = replayed({
      type: 'done',
      label: 'Charge',
      attempt: 1,
      result: { card: '4111' },
      pivot: false,
    });
    expect(head).not.toContain('4111');
  });

  it.each([
    {
      type: 'failed',
      label: 'Charge',
      attempt: 1,
      outcome: 'unknown',
      retryable: true,
      retryAt: 7,
    },
    { type: 'undo-failed', label: 'Charge', attempt: 1, retryable: false, retryAt: 0 },
  ] as const)('brings the error of $type back, without its own properties', (failed) => {
    const { record, head } = replayed({ ...failed, error: declined });
    expect(record).toMatchObject({
      ...failed,
      error: { message: 'card declined', code: 'DECLINED' },
    });
    expect(head).not.toContain('s3cr3t');
  });

  it.each(FAILURES)('is written without the message that a codec refuses: $type (18)', (record) => {
    const codec = {
      encodesErrors: true,
      encode: (): string => {
        throw new Error('no key');
      },
      decode: (): unknown => undefined,
    };
    const { head } = encodeRecord(record, codec);
    expect(head).toContain('"message":"(encoded)"');
    expect(head).toContain('DECLINED');
    expect(head).not.toContain('card declined');
    expect(decodeHead(head, codec).type).toBe(record.type);
    // What is plain is shown as it is: no saga depends on it (17b).
    expect(encodeHead(decodeHead(encodeHead(record), codec))).toContain('card declined');
  });

  it('brings back why a saga started compensating, and why a result is missing', () => {
    const cause = { reason: 'failed', label: 'Charge', error: declined } as never;
    expect(replayed({ type: 'compensating', cause }).record).toMatchObject({
      cause: { reason: 'failed', label: 'Charge', error: { code: 'DECLINED' } },
    });
    const { record } = replayed({ ...done, result: undefined, unstorable: declined });
    const { result: _, ...rest } = done;
    expect(record).toMatchObject({ ...rest, unstorable: { message: 'card declined' } });
  });

  it('reads back what turned a saga back once, with the failure that did, whatever is written in between', () => {
    const failure = { type: 'failed', label: 'A', attempt: 1, outcome: 'not-done' } as const;
    const failed = (error: unknown): SagaRecord => {
      return encodeRecord({ ...failure, retryable: false, error }).record;
    };
    const turnedBy = (record: SagaRecord): SagaRecord => {
      const { error } = record as { readonly error: unknown };
      return { type: 'compensating', cause: { reason: 'step-failed', label: 'A', error } };
    };
    const turn = turnedBy(failed(declined));
    expect(encodeRecord(turn).record).toBe(turn);
    expect(replayed(turn).record).toMatchObject({ cause: { error: { code: 'DECLINED' } } });
    const late = turnedBy(failed(declined));
    failed(new Error('out of stock'));
    expect(replayed(late).record).toMatchObject({ cause: { error: { code: 'DECLINED' } } });
  });
});
