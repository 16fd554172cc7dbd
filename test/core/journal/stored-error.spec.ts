import { isSagaError, jsonCodec, SagaTimeoutError } from 'nestjs-saga-orchestrator/core';

/** The way of an error through the journal, and its text on the way. */
function kept(error: unknown): { readonly back: Error; readonly text: string } {
  const text = jsonCodec.encode({ error });
  return { back: (jsonCodec.decode(text) as { error: Error }).error, text };
}

function causes(error: Error): Error[] {
  return error.cause instanceof Error ? [error, ...causes(error.cause)] : [error];
}

function nested(depth: number): Error {
  return new Error(`level ${depth}`, depth === 0 ? {} : { cause: nested(depth - 1) });
}

describe('a stored error (semantics 20)', () => {
  it('keeps its name, message, code and causes, not its class', () => {
    class CardError extends RangeError {
      override readonly name = 'CardError';
      readonly code = 'DECLINED';
    }
    const { back } = kept(new CardError('declined', { cause: new TypeError('no funds') }));
    expect(back).toMatchObject({ name: 'CardError', message: 'declined', code: 'DECLINED' });
    expect(back.cause).toMatchObject({ name: 'TypeError', message: 'no funds' });
    expect(back).toBeInstanceOf(Error);
    expect(back).not.toBeInstanceOf(RangeError);
  });

  it("never holds an error's own properties, where HTTP clients hang tokens", () => {
    const secret = { headers: { authorization: 'Bearer s3cr3t' } };
    const cause = Object.assign(new Error('socket hang up'), { request: secret });
    const error = Object.assign(new Error('card declined', { cause }), { config: secret });
    const { back, text } = kept(error);
    expect(text).not.toContain('s3cr3t');
    expect(Object.keys(back)).toEqual(['name']);
  });

  it('has no stack of the original', () => {
    expect(kept(new Error('declined')).text).not.toContain('stored-error.spec');
  });

  it('has a message of at most 2,000 characters, a name and code of at most 255', () => {
    const error = Object.assign(new Error('x'.repeat(9_000)), {
      name: 'n'.repeat(9_000),
      code: 'c'.repeat(9_000),
    });
    const { back } = kept(error);
    expect([back.message.length, back.name.length]).toEqual([2_000, 255]);
    expect(back).toMatchObject({ code: 'c'.repeat(255) });
  });

  it('has at most 5 causes, and ends a circle of them', () => {
    expect(causes(kept(nested(20)).back).map(({ message }) => message)).toEqual(
      [20, 19, 18, 17, 16, 15].map((level) => `level ${level}`),
    );
    const egg = new Error('egg');
    egg.cause = new Error('hen', { cause: egg });
    expect(causes(kept(egg).back)).toHaveLength(6);
  });

  it('keeps NUL and lone surrogates of its message', () => {
    expect(kept(new Error('bad byte \u0000 \ud83c')).back.message).toBe('bad byte \u0000 \ud83c');
  });

  it.each([
    ['a number', 404, 404],
    ['NaN', NaN, undefined],
    ['an object', { secret: 1 }, undefined],
  ])('keeps a code that is a string or a number: %s', (_, code, expected) => {
    const { back } = kept(Object.assign(new Error('x'), { code }));
    expect((back as { code?: unknown }).code).toBe(expected);
  });

  it('takes errors whose properties cannot be read, and causes that are no errors', () => {
    const error = new Error('x', { cause: 'out of stock' });
    for (const property of ['name', 'message', 'code']) {
      Object.defineProperty(error, property, {
        get() {
          throw new Error('do not touch');
        },
      });
    }
    const { back } = kept(error);
    expect(back).toMatchObject({ name: 'Error', message: 'an object was thrown' });
    expect(back.cause).toMatchObject({ message: 'out of stock' });
  });

  it('is still recognised by isSagaError() with its code', () => {
    const { back } = kept(new SagaTimeoutError('took too long'));
    expect(isSagaError(back, 'SAGA_TIMEOUT')).toBe(true);
    expect(isSagaError(kept(new Error('x')).back)).toBe(false);
  });

  it('has no frames, which would lead to the journal; errors made after it have theirs', () => {
    const limit = Error.stackTraceLimit;
    const { back } = kept(new TypeError('no such account', { cause: new Error('timed out') }));
    expect(back.stack).toMatch(/^\w*Error: no such account$/);
    expect((back.cause as Error).stack).toBe('Error: timed out');
    expect(Error.stackTraceLimit).toBe(limit);
    expect(new Error('x').stack).toMatch(/\n +at /);
  });
});
