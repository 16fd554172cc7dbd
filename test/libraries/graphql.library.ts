import { Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { SagaInputError, SagaInterruptedError } from 'nestjs-saga-orchestrator';
import request from 'supertest';
import { recipe } from './recipe.js';

/** What no order of the recipe comes to. */
@Resolver()
class Failing {
  @Query(() => String)
  fail(@Args('how', { type: () => String }) how: string): string {
    if (how === 'interrupted') throw new SagaInterruptedError('Pay', 'o-9', 'db-7 is down');
    if (how === 'input')
      throw new SagaInputError('Pay', [{ path: 'lines[0].count', message: 'must be positive' }]);
    throw new Error('not of a saga');
  }
}

describe('SagaExceptionFilter behind @nestjs/graphql, over HTTP', () => {
  let app: INestApplication;
  beforeAll(async () => {
    const { AppModule } = await recipe<{ AppModule: Type }>('graphql');
    @Module({ imports: [AppModule], providers: [Failing] })
    class Root {}
    app = await NestFactory.create(Root, new FastifyAdapter() as never, { logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  const ask = async (query: string) =>
    (
      await request(await app.getUrl())
        .post('/graphql')
        .send({ query })
    ).body;
  const place = (id: string, card: string) =>
    ask(`mutation { placeOrder(id: "${id}", card: "${card}") { status receipt } }`);

  it('answers with what the saga gave, and finds it again', async () => {
    const answer = { status: 'completed', receipt: 'for ann' };
    expect(await place('o-1', 'ann')).toEqual({ data: { placeOrder: answer } });
    expect(await ask('{ order(id: "o-1") { status receipt } }')).toEqual({
      data: { order: answer },
    });
    expect(await ask('{ order(id: "nothing") { status } }')).toEqual({ data: { order: null } });
  });

  it('answers a failed saga with an error that has its code, status and id, and no text of its own', async () => {
    const { data, errors } = await place('o-2', 'stolen');
    expect(data).toBeNull();
    expect(errors).toEqual([
      {
        message: 'It failed, and everything that was done for it has been undone.',
        extensions: { code: 'CARD_DECLINED', status: 402, sagaId: 'o-2' },
        locations: [{ line: 1, column: 12 }],
        path: ['placeOrder'],
      },
    ]);
  });

  it('answers an id that is taken, one that cannot be, and one whose end is not known', async () => {
    const extensionsOf = async (answer: Promise<any>) => (await answer).errors[0].extensions;
    expect(await extensionsOf(place('o-1', 'bob'))).toEqual({ code: 'SAGA_CONFLICT', status: 409 });
    expect(await extensionsOf(place('x'.repeat(300), 'ann'))).toMatchObject({
      ...{ code: 'SAGA_OPTIONS', status: 400 },
    });
    const interrupted = await ask('{ fail(how: "interrupted") }');
    expect(interrupted.errors[0].extensions).toEqual({
      ...{ code: 'SAGA_INTERRUPTED', status: 503, sagaId: 'o-9' },
    });
    expect(JSON.stringify(interrupted)).not.toContain('db-7');
    expect(await extensionsOf(ask('{ fail(how: "input") }'))).toEqual({
      ...{ code: 'SAGA_INPUT', status: 400 },
      errors: [{ path: 'lines[0].count', message: 'must be positive' }],
    });
  });

  it('leaves errors of others alone', async () => {
    const { errors } = await ask('{ fail(how: "otherwise") }');
    expect(errors).toMatchObject([{ message: 'not of a saga' }]);
  });
});
