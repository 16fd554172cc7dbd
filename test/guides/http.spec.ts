import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import request from 'supertest';
import { recipe } from '../support/recipe.js';

describe.each(['Express', 'Fastify'])('the recipe of docs/http.md on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    const { AppModule } = await recipe<{ AppModule: Type }>('docs/http.md', 'http');
    const adapter = platform === 'Express' ? [] : [new FastifyAdapter()];
    app = await NestFactory.create(AppModule, ...(adapter as []), { logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  it('answers with the result, and a declined card with 402', async () => {
    const server = request(await app.getUrl());
    const paid = await server.post('/orders').send({ card: 'good', cents: 1 });
    expect([paid.status, paid.body]).toEqual([201, { receipt: expect.any(String) }]);
    const declined = await server.post('/orders').send({ card: 'stolen', cents: 1 });
    expect(declined.status).toBe(402);
    expect(JSON.parse(declined.text)).toEqual({
      ...{ type: 'about:blank', title: 'Payment Required', status: 402, code: 'CARD_DECLINED' },
      detail: 'It failed, and everything that was done for it has been undone.',
      sagaId: expect.any(String),
    });
  });

  it('answers 202, then the status, and 404 for what nobody has started', async () => {
    const server = request(await app.getUrl());
    await server.post('/orders/o-1').send({ card: 'good', cents: 1 }).expect(202);
    const again = await server.post('/orders/o-1').send({ card: 'good', cents: 1 });
    expect([again.status, again.body]).toEqual([202, { status: '/orders/o-1' }]);
    await server.post('/orders/o-1').send({ card: 'good', cents: 2 }).expect(409);
    let found = await server.get('/orders/o-1');
    for (let n = 0; n < 100 && found.body.status === 'running'; n += 1) {
      found = await server.get('/orders/o-1');
    }
    expect(found.body).toEqual({ status: 'completed', receipt: expect.any(String) });
    await server.get('/orders/nothing').expect(404);
  });
});
