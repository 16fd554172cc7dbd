import { Writable } from 'node:stream';
import { createLogger, transports, type Logger } from 'winston';
import { winstonOptions } from '../../sample-app/src/logging/winston-options.js';
import { ShopApp } from './shop-app.js';

/** The app's logger, writing into a list. */
function recording(env: NodeJS.ProcessEnv): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      lines.push(chunk.toString().trimEnd());
      done();
    },
  });
  const out = new transports.Stream({ stream });
  return { logger: createLogger({ ...winstonOptions(env), transports: [out] }), lines };
}

async function place(userId: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { logger, lines } = recording(env);
  const shop = await ShopApp.start(logger);
  await shop.post({ userId, productId: 'lamp', quantity: 1 }, { 'Idempotency-Key': 'saga-1' });
  await shop.stop();
  return lines.filter((line) => line.includes('Saga CreateOrder'));
}

it('has one readable line per saga', async () => {
  const lines = await place('user-1', {});

  expect(lines).toEqual([
    expect.stringMatching(
      /^\d\d:\d\d:\d\d\.\d{3} INFO  Saga CreateOrder completed saga=CreateOrder sagaId=saga-1 durationMs=[\d.]+$/,
    ),
  ]);
});

it('warns of a saga that was compensated, without payloads', async () => {
  const lines = await place('user-declined', {});

  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/ WARN {2}Saga CreateOrder compensated saga=CreateOrder sagaId=saga-1 /);
  expect(lines[0]).not.toMatch(/user-declined|lamp/);
});

it('tells of every step at LOG_LEVEL=debug', async () => {
  const lines = await place('user-1', { LOG_LEVEL: 'debug' });

  const done = lines.filter((line) => line.includes(' DEBUG Saga CreateOrder: done '));
  expect(done.map((line) => /label=(\w+) attempt=1 durationMs=/.exec(line)?.[1])).toEqual([
    'CreateOrder',
    'ReserveStock',
    'ChargePayment',
    'ConfirmOrder',
  ]);
});

it('is JSON in production', async () => {
  const lines = await place('user-1', { NODE_ENV: 'production' });

  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    level: 'info',
    message: 'Saga CreateOrder completed',
    saga: 'CreateOrder',
    sagaId: 'saga-1',
  });
});
