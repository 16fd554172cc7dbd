import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  isSagaError,
  SagaOrchestratorBuilder,
  silentLogger,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';
import { sagaHeaders, type SagaHeaderSource } from 'nestjs-saga-orchestrator/participant';
import { removeTempFolders } from '../journals/temp-folder.js';
import { Stock, StockModule } from './stock-service.js';

afterAll(removeTempFolders);

interface Answer {
  readonly status: number;
  readonly body: any;
}

describe.each(['Express', 'Fastify'])('a participant over HTTP, on %s', (server) => {
  let app: INestApplication;
  let stock: Stock;
  let url: string;

  beforeEach(async () => {
    const testing = await Test.createTestingModule({ imports: [StockModule] }).compile();
    app =
      server === 'Fastify'
        ? testing.createNestApplication(new FastifyAdapter() as never, { logger: false })
        : testing.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    stock = app.get(Stock);
  });
  afterEach(() => app.close());

  async function post(path: string, headers: object, body: object): Promise<Answer> {
    const response = await fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** As a network does that delivers everything twice. */
  async function twice(path: string, ctx: SagaHeaderSource, body: object): Promise<unknown> {
    const headers = sagaHeaders(ctx);
    const [one, other] = await Promise.all([post(path, headers, body), post(path, headers, body)]);
    expect(one).toEqual(other);
    if (one.status >= 400) throw new Error(`HTTP ${one.status}: ${one.body.message}`);
    return one.body;
  }

  function order(room: string, fails: boolean) {
    const body = { item: 'lamp', pieces: 2 };
    return new SagaOrchestratorBuilder('Order', {}, silentLogger)
      .step({
        label: 'Reserve',
        action: (ctx: ISagaContext<object>) => twice(`${room}/reserve`, ctx, body),
        compensate: (ctx) => twice(`${room}/release`, ctx, body),
      })
      .step({
        label: 'Pay',
        pivot: true,
        action: () => {
          if (fails) throw new Error('declined');
        },
      });
  }

  describe.each(['stock', 'guarded'])('/%s', (room) => {
    it('does once what a saga asks for twice', async () => {
      const saga = order(room, false);
      await saga.runAsync();
      expect(saga.getStepResult('Reserve')).toEqual({ call: 1 });
      expect([stock.calls, stock.taken('lamp')]).toEqual([['lamp 2'], 2]);
    });

    it('undoes it once when the saga fails', async () => {
      await expect(order(room, true).runAsync()).rejects.toMatchObject({ status: 'compensated' });
      expect([stock.calls, stock.taken('lamp')]).toEqual([['lamp 2', 'lamp -2'], 0]);
    });

    it('answers a late action with 409 and why; nothing ran', async () => {
      const body = { item: 'lamp', pieces: 2 };
      const undo = { 'saga-key': 'undo-1', 'saga-undo-of': 'do-1' };
      expect(await post(`${room}/release`, undo, body)).toEqual({ status: 201, body: undefined });
      const late = await post(`${room}/reserve`, { 'saga-key': 'do-1' }, body);
      expect(late).toEqual({
        status: 409,
        body: {
          statusCode: 409,
          message: expect.stringMatching(/^SAGA_BLOCKED: the undo of do-1/),
        },
      });
      expect([stock.calls, stock.taken('lamp')]).toEqual([[], 0]);
    });

    it('answers a call of nobody, and one with a strange key, with 400 and what is missing', async () => {
      const body = { item: 'lamp', pieces: 2 };
      for (const [headers, message] of [
        [{}, /no key of a saga: send sagaHeaders\(ctx\) along \(header saga-key\)/],
        [{ 'saga-key': 'a b' }, /header saga-key must be the key of a saga, .* \(got 'a b'\)/],
        [{ 'saga-key': 'x'.repeat(256) }, /header saga-key must be the key of a saga/],
      ] as const) {
        expect(await post(`${room}/reserve`, headers, body)).toEqual({
          status: 400,
          body: { statusCode: 400, message: expect.stringMatching(message) },
        });
      }
      expect(stock.calls).toEqual([]);
      expect(await post(`${room}/move`, {}, body)).toMatchObject({ status: 201 });
      expect(stock.taken('lamp')).toBe(2);
    });

    it('keeps nothing of a handler that answers an Err', async () => {
      const headers = { 'saga-key': 'do-1' };
      const refused = await post(`${room}/reserve`, headers, { item: 'lamp', pieces: 101 });
      expect([refused.status, stock.taken('lamp')]).toEqual([500, 0]);
      const smaller = await post(`${room}/reserve`, headers, { item: 'lamp', pieces: 1 });
      expect([smaller.status < 300, stock.taken('lamp')]).toEqual([true, 1]);
    });

    it('runs a handler again whose transaction met a conflict (84)', async () => {
      const conflict = Object.assign(new Error('deadlock detected'), { code: '40P01' });
      stock.failures.push(conflict, new Error('wrapped', { cause: conflict }));
      const body = { item: 'lamp', pieces: 2 };
      const { body: result } = await post(`${room}/reserve`, { 'saga-key': 'do-1' }, body);
      expect([result, stock.taken('lamp')]).toEqual([{ call: 3 }, 2]);
    });
  });

  it('answers a probe', async () => {
    const headers = { 'saga-key': 'do-1' };
    expect((await post('stock/state', headers, {})).body).toEqual({ answer: 'not-done' });
    await post('stock/reserve', headers, { item: 'lamp', pieces: 2 });
    expect((await post('stock/state', headers, {})).body).toEqual({
      answer: { outcome: 'done', result: { call: 1 } },
    });
  });

  it('answers duplicates with the status of the handler, and lets handlers without a barrier be', async () => {
    const body = { item: 'lamp', pieces: 2 };
    for (const _ of 'twice') {
      expect(await post('guarded/reserve', { 'saga-key': 'do-1' }, body)).toEqual({
        status: 202,
        body: { call: 1 },
      });
    }
    expect(await post('guarded/open', {}, {})).toEqual({
      status: 201,
      body: { inTransaction: false },
    });
    expect(stock.calls).toEqual(['lamp 2', 'open']);
  });
});

it('a step that is told SAGA_BLOCKED is not tried again', async () => {
  const { SagaBlockedError } = await import('nestjs-saga-orchestrator');
  const action = jest.fn(() => {
    throw new SagaBlockedError('too late');
  });
  const saga = new SagaOrchestratorBuilder('Order', {}, silentLogger).step({
    label: 'Reserve',
    retry: 3,
    action,
    compensate: () => undefined,
  });
  const failure: unknown = await saga.runAsync().catch((error: unknown) => error);
  expect(isSagaError((failure as Error).cause, 'SAGA_BLOCKED')).toBe(true);
  expect(action).toHaveBeenCalledTimes(1);
});
