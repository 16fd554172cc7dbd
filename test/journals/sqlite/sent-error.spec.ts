import { SagaJournalError } from 'nestjs-saga-orchestrator/core';
import { revivedError, sentError } from '../../../lib/journals/sqlite/sent-error.js';

function chainOf(causes: number): Error {
  let error = new Error('cause 0');
  for (let at = 1; at < causes; at += 1) error = new Error(`cause ${at}`, { cause: error });
  return new SagaJournalError('The journal failed', { cause: error });
}

function messagesOf(error: unknown): readonly string[] {
  return error instanceof Error ? [error.message, ...messagesOf(error.cause)] : [];
}

describe('an error on its way to another thread', () => {
  it('keeps its causes, five at most', () => {
    const [, ...three] = messagesOf(revivedError(sentError(chainOf(3))));
    expect(three).toEqual(['cause 2', 'cause 1', 'cause 0']);
    const [, ...many] = messagesOf(revivedError(sentError(chainOf(9))));
    expect(many).toEqual(['cause 8', 'cause 7', 'cause 6', 'cause 5', 'cause 4']);
  });

  it('has no cause where it had none', () => {
    expect(revivedError(sentError(new SagaJournalError('The journal failed')))).not.toHaveProperty(
      'cause',
    );
  });

  it('keeps what a driver tells by code, and what was thrown that is no error', () => {
    const busy = Object.assign(new Error('locked'), { code: 'SQLITE_BUSY', rawCode: 5 });
    expect(revivedError(sentError(busy))).toMatchObject({ code: 'SQLITE_BUSY', rawCode: 5 });
    expect(revivedError(sentError(null)).message).toBe('null');
    expect(revivedError(sentError('gone')).message).toBe('gone');
  });
});
