import { status } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Post,
  type INestApplication,
} from '@nestjs/common';
import { APP_FILTER, ExternalContextCreator, NestFactory } from '@nestjs/core';
import { ClientProxyFactory, GrpcMethod, MessagePattern, Transport } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { graphql, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import {
  memoryJournal,
  NOTHING_TO_UNDO,
  ResultFactory,
  Saga,
  SagaExceptionFilter,
  SagaInterruptedError,
  SagaModule,
  SagaOrchestratorFactory,
  SagaStep,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';
import { firstValueFrom, type Observable } from 'rxjs';
import request from 'supertest';
import { closedPort } from '../../support/awkward-server.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { boot } from '../boot.js';

interface Order {
  readonly card: 'good' | 'declined' | 'broken' | 'stuck';
}

@Saga('PayOrder')
@Injectable()
class PayOrder {
  @SagaStep({ compensate: 'release', compensationRetry: 0 })
  reserve(_: ISagaContext<Order>) {
    return { shelf: 7 };
  }
  release({ context }: ISagaContext<Order>) {
    if (context.card === 'stuck') throw new Error('nobody at db-7.internal');
  }
  @SagaStep({ compensate: NOTHING_TO_UNDO })
  charge({ context }: ISagaContext<Order>) {
    if (context.card === 'good') return ResultFactory.success({ tx: 1 });
    if (context.card === 'declined') return ResultFactory.error('CARD_DECLINED', 'card 4111');
    throw new Error('db-7.internal is down');
  }
}

@Controller('orders')
class Orders {
  constructor(private readonly sagas: SagaOrchestratorFactory) {}

  @Post()
  @HttpCode(202)
  async place(@Body() { id, ...order }: Order & { id: string }) {
    const saga = await this.sagas.for(PayOrder, order, { id }).start();
    return { id: saga.id };
  }

  @Post('wait')
  async wait(@Body() { id, ...order }: Order & { id: string }) {
    const { sagaId } = await this.sagas.for(PayOrder, order, { id }).runAsync();
    return { sagaId };
  }

  @GrpcMethod('Payments', 'Pay')
  payByGrpc(order: Order & { id: string }) {
    return this.wait(order);
  }

  @MessagePattern('pay')
  pay(order: Order & { id: string }) {
    return this.wait(order);
  }

  @Get(':id')
  async find(@Param('id') id: string) {
    const saga = await this.sagas.attach(PayOrder, id);
    if (saga === undefined) throw new NotFoundException();
    return { status: saga.status, tx: saga.getStepResult('charge')?.tx };
  }

  @Post('stop')
  stop() {
    throw new SagaInterruptedError('PayOrder', 'o-9', 'db-7.internal is down');
  }
}

const logger = new RecordingLogger();
const options = { logger, journal: memoryJournal(), httpStatus: { CARD_DECLINED: 402 } };

@Module({
  imports: [SagaModule.forRoot(options)],
  controllers: [Orders],
  providers: [PayOrder, { provide: APP_FILTER, useClass: SagaExceptionFilter }],
})
class AppModule {}

describe.each(['Express', 'Fastify'])('SagaExceptionFilter on %s', (platform) => {
  let app: INestApplication;
  beforeAll(async () => {
    app =
      platform === 'Express'
        ? await NestFactory.create(AppModule, { logger: false })
        : await NestFactory.create(AppModule, new FastifyAdapter() as never, { logger: false });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  const post = async (path: string, body: object) =>
    request(await app.getUrl())
      .post(`/orders${path}`)
      .send(body);
  const problem = (status: number, code: string, id?: string) => ({
    ...{ type: 'about:blank', title: expect.any(String), status, code },
    ...{ detail: expect.any(String), ...(id === undefined ? {} : { sagaId: id }) },
  });
  const id = (name: string): string => `${platform}-${name}`;

  it.each([
    ['declined', 402, 'CARD_DECLINED'],
    ['broken', 409, 'SAGA_EXECUTION'],
    ['stuck', 500, 'SAGA_EXECUTION'],
  ])('answers a card that is %s with %d, as a problem', async (card, status, code) => {
    const answer = await post('/wait', { id: id(card), card });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(answer.text)).toEqual(problem(status, code, id(card)));
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(answer.text).not.toMatch(/4111|db-7|charge|reserve|PayOrder/);
  });

  it('says of one that was interrupted when to ask again', async () => {
    const answer = await post('/stop', {});
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(JSON.parse(answer.text)).toEqual(problem(503, 'SAGA_INTERRUPTED', 'o-9'));
  });

  it('answers an id that is taken, and one that cannot be', async () => {
    await post('/wait', { id: id('taken'), card: 'good' });
    const taken = await post('', { id: id('taken'), card: 'declined' });
    expect([taken.status, JSON.parse(taken.text).code]).toEqual([409, 'SAGA_CONFLICT']);
    const bad = await post('', { id: 'x'.repeat(300), card: 'good' });
    expect([bad.status, JSON.parse(bad.text).code]).toEqual([400, 'SAGA_OPTIONS']);
    expect(logger.lines.at(-1)).toMatchObject({
      ...{ level: 'warn', message: 'A request was answered with 400' },
      fields: { code: 'SAGA_OPTIONS', error: expect.stringContaining('255 bytes') },
    });
  });

  it('leaves a 202, its status route and the errors of others alone', async () => {
    const server = request(await app.getUrl());
    const accepted = await post('', { id: id('later'), card: 'good' });
    expect([accepted.status, accepted.body]).toEqual([202, { id: id('later') }]);
    let status = await server.get(`/orders/${id('later')}`);
    for (let n = 0; n < 100 && status.body.status === 'running'; n += 1) {
      status = await server.get(`/orders/${id('later')}`);
    }
    expect(status.body).toEqual({ status: 'completed', tx: 1 });
    const nothing = await server.get('/orders/nothing');
    expect([nothing.status, nothing.body]).toEqual([
      404,
      { message: 'Not Found', statusCode: 404 },
    ]);
  });

  it('hides no line of the log: what has ended is logged once, what is broken as an error', () => {
    const ours = logger.lines.filter(({ message }) => message.startsWith('A request was'));
    expect(ours.filter(({ fields }) => fields['code'] === 'SAGA_EXECUTION')).toEqual([]);
    expect(ours.find(({ fields }) => fields['code'] === 'SAGA_INTERRUPTED')).toMatchObject({
      ...{ level: 'warn', fields: { error: expect.stringContaining('db-7.internal is down') } },
    });
  });
});

describe('SagaExceptionFilter over the transports of Nest', () => {
  it('is what the call of a client rejects with', async () => {
    const port = await closedPort();
    const transport = { transport: Transport.TCP, options: { host: '127.0.0.1', port } } as const;
    const app = await NestFactory.createMicroservice(AppModule, { ...transport, logger: false });
    await app.listen();
    const client = ClientProxyFactory.create(transport);
    try {
      const call = (card: string) =>
        firstValueFrom(client.send('pay', { id: `tcp-${card}`, card }));
      await expect(call('good')).resolves.toEqual({ sagaId: 'tcp-good' });
      await expect(call('declined')).rejects.toEqual({
        ...{ status: 'error', statusCode: 402, code: 'CARD_DECLINED', sagaId: 'tcp-declined' },
        message: expect.stringContaining('undone'),
      });
      await expect(call('stuck')).rejects.toMatchObject({ statusCode: 500, sagaId: 'tcp-stuck' });
    } finally {
      await client.close();
      await app.close();
    }
  });
});

const PROTO = fromJSON({
  nested: {
    pay: {
      nested: {
        Payments: {
          methods: { Pay: { requestType: 'Order', responseType: 'Paid', comment: '' } },
        },
        Order: { fields: { id: { type: 'string', id: 1 }, card: { type: 'string', id: 2 } } },
        Paid: { fields: { sagaId: { type: 'string', id: 1 } } },
      },
    },
  },
});

describe('SagaExceptionFilter over gRPC', () => {
  it('has a status that gRPC knows', async () => {
    const url = `127.0.0.1:${await closedPort()}`;
    const grpc = { package: 'pay', packageDefinition: PROTO, url };
    const transport = { transport: Transport.GRPC, options: grpc } as const;
    const app = await NestFactory.createMicroservice(AppModule, { ...transport, logger: false });
    await app.listen();
    const client = ClientProxyFactory.create(transport);
    try {
      const payments = client.getService<{ pay(order: object): Observable<unknown> }>('Payments');
      const call = (card: string, id = `grpc-${card}`) =>
        firstValueFrom(payments.pay({ id, card }));
      await expect(call('good')).resolves.toEqual({ sagaId: 'grpc-good' });
      await expect(call('declined')).rejects.toMatchObject({
        code: status.FAILED_PRECONDITION,
        details: expect.stringMatching(/^CARD_DECLINED: /),
      });
      await expect(call('stuck')).rejects.toMatchObject({ code: status.INTERNAL });
      const tooLong = call('good', 'x'.repeat(300));
      await expect(tooLong).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    } finally {
      client.close();
      await app.close();
    }
  });
});

describe('SagaExceptionFilter in a GraphQL resolver', () => {
  it('is an error with its extensions', async () => {
    const { app } = await boot(
      {
        controllers: [Orders],
        providers: [PayOrder, { provide: APP_FILTER, useClass: SagaExceptionFilter }],
      },
      { ...options, journal: memoryJournal() },
    );
    // As @nestjs/graphql calls resolvers: through Nest's own context, of the type 'graphql'.
    const resolvers = {
      pay: (_: unknown, { card }: Order) => app.get(Orders).wait({ id: `g-${card}`, card }),
    };
    const pay = app.get(ExternalContextCreator, { strict: false }).create(
      resolvers,
      resolvers.pay as never,
      'pay',
      '',
      undefined,
      undefined,
      undefined,
      {
        ...{ guards: true, filters: true, interceptors: true },
      },
      'graphql',
    );
    const args = { card: { type: new GraphQLNonNull(GraphQLString) } };
    const answer = new GraphQLObjectType({
      name: 'Paid',
      fields: { sagaId: { type: GraphQLString } },
    });
    const query = new GraphQLObjectType({
      name: 'Query',
      fields: { pay: { type: answer, args, resolve: pay as never } },
    });
    const ask = (card: string) =>
      graphql({
        schema: new GraphQLSchema({ query }),
        source: `{ pay(card: "${card}") { sagaId } }`,
      });
    expect(await ask('good')).toEqual({ data: { pay: { sagaId: 'g-good' } } });
    const { errors } = await ask('declined');
    expect(errors?.[0]?.toJSON()).toMatchObject({
      message: expect.stringContaining('undone'),
      extensions: { code: 'CARD_DECLINED', status: 402, sagaId: 'g-declined' },
      path: ['pay'],
    });
  });
});
