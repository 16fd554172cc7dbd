import { silentLogger, type RedactOption, type SagaLogger } from 'nestjs-saga-orchestrator/core';
import { MAX_TEXT, redacting } from '../../../lib/core/ports/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const textBy = (redact: RedactOption, text: string): string | undefined =>
  redacting({ logger: silentLogger, redact }).redact?.(text);

describe('names in a text', () => {
  it.each([
    ['token=x1', 'token=#'],
    ['TOKEN = x1, user=me', 'TOKEN = #, user=me'],
    ['{"token":"x\\"1","user":"me"}', '{"token":#,"user":"me"}'],
    ["{ user: 'me', token: 'x 1' }", "{ user: 'me', token: # }"],
    ["token: 'it was cut o", 'token: #'],
    ['"{\\"token\\":\\"x1\\",\\"user\\":1}"', '"{\\"token\\":#,\\"user\\":1}"'],
    ['token: { a: { b: 1 }, c: 2 }, user: 1', 'token: #, user: 1'],
    ['token: [ 1, { a: 2 }', 'token: #'],
    ['Token: Bearer x1 refused', 'Token: # refused'],
    ['GET /?token=x1&user=me', 'GET /?token=#&user=me'],
    ['Server=db;Token=x1;User=me', 'Server=db;Token=#;User=me'],
    ['token => x1', 'token => #'],
    ['token=x1 token=x2', 'token=# token=#'],
    ['token: token=x1', 'token: #'],
    ['api.key=x1', 'api.key=#'],
    // Other names, and none.
    ['my_token=x1 x-token=x1 tokens=x1', 'my_token=x1 x-token=x1 tokens=x1'],
    ['the token expired; token=', 'the token expired; token='],
  ])('%s', (text, masked) => {
    const redact = { paths: ['token', 'api . Key'], censor: '#' };
    expect(textBy(redact, text)).toBe(masked);
    expect(textBy(redact, masked)).toBe(masked);
  });

  it('are names, whatever they are written with', () => {
    expect(textBy(['a+[b]'], 'a+[b]=x1 aab=x1')).toBe('a+[b]=[REDACTED] aab=x1');
    expect(textBy([], 'token=x1')).toBe('token=x1');
    const wordy = { paths: ['token'], censor: 'gone for good' };
    expect(textBy(wordy, 'token=gone for good')).toBe('token=gone for good');
  });
});

describe('a logger that redacts', () => {
  const logging = (redact: RedactOption, own: SagaLogger = new RecordingLogger('debug')) =>
    redacting({ logger: own, redact }).logger;

  it('masks fields by name or path at any depth, and leaves what a line is found by', () => {
    const own = new RecordingLogger();
    const fields = {
      ...{ saga: 'token=1', sagaId: 'token=1', label: 'token=1' },
      ...{ Token: { a: 1 }, error: 'token=1', name: 'me', user: [{ Name: 'me', at: 1 }] },
    };
    logging(['token', 'user.name'], own).info('token=1', fields);
    expect(own.lines).toEqual([
      {
        ...{ level: 'info', message: 'token=[REDACTED]' },
        fields: {
          ...{ saga: 'token=1', sagaId: 'token=1', label: 'token=1' },
          ...{ Token: '[REDACTED]', error: 'token=[REDACTED]', name: 'me' },
          user: [{ Name: '[REDACTED]', at: 1 }],
        },
      },
    ]);
    expect(fields.user).toEqual([{ Name: 'me', at: 1 }]);
  });

  it('masks the fields of a validated DTO, and what stands in a map', () => {
    class Card {
      token = 'x1';
      owner = 'me';
    }
    class Gift extends Card {
      note = 'token=x2';
    }
    const own = new RecordingLogger();
    const headers = new Map<unknown, unknown>([
      ['token', 'x3'],
      [1, 'token=x4'],
    ]);
    const url = new URL('http://shop/');
    logging({ paths: ['token'], censor: '#' }, own).info('paid', { by: new Gift(), headers, url });
    expect(own.lines[0]?.fields).toEqual({
      by: { token: '#', owner: 'me', note: 'token=#' },
      headers: new Map<unknown, unknown>([
        ['token', '#'],
        [1, 'token=#'],
      ]),
      url,
    });
  });

  it('throws for no field: neither for a circle nor for what cannot be read', () => {
    const own = new RecordingLogger();
    const circle: Record<string, unknown> = { date: new Date(0) };
    circle['self'] = circle;
    const trap = {
      get token() {
        throw new Error('x');
      },
    };
    const { warn } = logging((text) => text, own);
    warn('circle', circle);
    warn('trap', { trap });
    expect(own.lines).toMatchObject([
      { fields: { date: new Date(0), self: { date: new Date(0) } } },
      { fields: { fields: '[redact failed]' } },
    ]);
  });

  it('leaves no half of a secret where a text was cut', () => {
    const own = new RecordingLogger();
    const error = `${'x'.repeat(MAX_TEXT)}secret`.slice(-MAX_TEXT - 3, -3);
    logging((text) => text.replaceAll('secret', '***'), own).error('cut', { error });
    expect(error).toMatch(/sec$/);
    expect(own.text).not.toContain('sec');
  });

  it('is as silent as the one behind it', () => {
    const redact = (): string => '';
    expect(logging(redact, silentLogger).isLevelEnabled?.('error')).toBe(false);
    expect(logging(redact, new RecordingLogger('warn')).isLevelEnabled?.('info')).toBe(false);
    expect(logging(redact, new RecordingLogger('warn')).isLevelEnabled?.('warn')).toBe(true);
  });

  it('is made once, and is the same one where nothing is redacted', () => {
    const once = redacting({ logger: silentLogger, redact: ['token'] });
    expect(redacting({ logger: once.logger, redact: ['token'] })).toEqual(once);
    expect(redacting({ logger: silentLogger }).logger).toBe(silentLogger);
  });
});

describe('a function that redacts', () => {
  it.each<[string, () => unknown]>([
    ['throws', () => JSON.parse('secret') as unknown],
    ['answers no text', () => 5],
    ['answers a promise', () => Promise.reject(new Error('secret'))],
  ])('that %s hides the text, and is told of once', (_, redact) => {
    const logger = new RecordingLogger();
    const by = redacting({ logger, redact: redact as () => string });
    expect([by.redact?.('secret'), by.redact?.('secret')]).toEqual(
      Array(2).fill('[redact failed]'),
    );
    expect(logger.messages('error')).toEqual([
      "redact threw, or answered no text: what it was given is replaced by '[redact failed]'",
    ]);
  });
});
