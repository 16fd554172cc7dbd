import { Metadata } from '@grpc/grpc-js';
import { Logger, type INestMicroservice } from '@nestjs/common';
import {
  ClientProxyFactory,
  type CustomTransportStrategy,
  KafkaContext,
  MqttContext,
  NatsContext,
  RedisContext,
  RmqContext,
  RmqRecordBuilder,
  Server,
  Transport,
  type ClientProxy,
  type MessageHandler,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { SagaOrchestratorBuilder, silentLogger, type ISagaContext } from 'nestjs-saga-orchestrator';
import { sagaCallOf, sagaHeaders } from 'nestjs-saga-orchestrator/participant';
import { lastValueFrom } from 'rxjs';
import { removeTempFolders } from '../journals/temp-folder.js';
import { closedPort } from '../support/awkward-server.js';
import { Stock, StockModule } from './stock-service.js';

afterAll(removeTempFolders);

let participant: INestMicroservice;
let stock: Stock;

async function listening(options: object): Promise<void> {
  const testing = await Test.createTestingModule({ imports: [StockModule] }).compile();
  participant = testing.createNestMicroservice(options);
  Logger.overrideLogger(false);
  await participant.listen();
  stock = participant.get(Stock);
}

afterEach(() => participant.close());

describe('a participant over the TCP transport of Nest', () => {
  let client: ClientProxy;

  beforeEach(async () => {
    const address = { host: '127.0.0.1', port: await closedPort() };
    await listening({ transport: Transport.TCP, options: address });
    client = ClientProxyFactory.create({ transport: Transport.TCP, options: address });
  });
  afterEach(() => client.close());

  const send = (pattern: string, payload: object): Promise<unknown> =>
    lastValueFrom(client.send<unknown>(pattern, payload), { defaultValue: undefined });

  describe.each(['stock', 'guarded'])('%s', (room) => {
    function order(fails: boolean) {
      const twice = async (what: string, ctx: ISagaContext<object>): Promise<unknown> => {
        const payload = { item: 'lamp', pieces: 2, headers: sagaHeaders(ctx) };
        const pattern = `${room}.${what}`;
        const [one, other] = await Promise.all([send(pattern, payload), send(pattern, payload)]);
        expect(one).toEqual(other);
        return one;
      };
      return new SagaOrchestratorBuilder('Order', {}, silentLogger)
        .step({
          label: 'Reserve',
          action: (ctx: ISagaContext<object>) => twice('reserve', ctx),
          compensate: (ctx) => twice('release', ctx),
        })
        .step({
          label: 'Pay',
          pivot: true,
          action: () => {
            if (fails) throw new Error('declined');
          },
        });
    }

    it('does once what a saga asks for twice, with the headers in the payload', async () => {
      const saga = order(false);
      await saga.runAsync();
      expect(saga.getStepResult('Reserve')).toEqual({ call: 1 });
      expect([stock.calls, stock.taken('lamp')]).toEqual([['lamp 2'], 2]);
    });

    it('undoes it once when the saga fails', async () => {
      await expect(order(true).runAsync()).rejects.toMatchObject({ status: 'compensated' });
      expect([stock.calls, stock.taken('lamp')]).toEqual([['lamp 2', 'lamp -2'], 0]);
    });

    it('refuses a late action, and a message of nobody', async () => {
      const headers = { 'saga-key': 'undo-1', 'saga-undo-of': 'do-1' };
      await send(`${room}.release`, { item: 'lamp', pieces: 2, headers });
      const late = { item: 'lamp', pieces: 2, headers: { 'saga-key': 'do-1' } };
      await expect(send(`${room}.reserve`, late)).rejects.toMatchObject({ status: 'error' });
      const nobody = { item: 'lamp', pieces: 2 };
      await expect(send(`${room}.reserve`, nobody)).rejects.toMatchObject({ status: 'error' });
      expect(stock.calls).toEqual([]);
    });
  });
});

/** Hands its messages to Nest as the transports do, each with its context. */
class Broker extends Server implements CustomTransportStrategy {
  listen(done: () => void): void {
    done();
  }
  close(): void {}
  on(): never {
    throw new Error('it has no events');
  }
  unwrap(): never {
    throw new Error('it has no server');
  }
  async deliver(data: unknown, context: unknown): Promise<unknown> {
    const handler = this.getHandlers().get('stock.reserve') as MessageHandler;
    return lastValueFrom(this.transformToObservable(await handler(data, context)));
  }
}

describe('the headers of a message', () => {
  const headers = { 'saga-key': 'do-1' };
  const payload = { item: 'lamp', pieces: 2 };
  const rmq = new RmqRecordBuilder(payload).setOptions({ headers }).build();
  /** As the client of NATS has them. */
  const nats = { get: (name: string) => (name === 'saga-key' ? 'do-1' : '') };
  const metadata = new Metadata();
  metadata.set('saga-key', 'do-1');

  it.each<[string, object, unknown]>([
    [
      'Kafka',
      payload,
      new KafkaContext([{ headers: { 'saga-key': Buffer.from('do-1') } }] as never),
    ],
    ['RabbitMQ', payload, new RmqContext([{ properties: rmq.options }, {}, ''] as never)],
    ['NATS', payload, new NatsContext(['stock.reserve', nats] as never)],
    ['MQTT', payload, new MqttContext(['', { properties: { userProperties: headers } }] as never)],
    ['gRPC', payload, metadata],
    ['Redis', { ...payload, headers }, new RedisContext(['stock.reserve'])],
    [
      'NATS without any',
      { ...payload, headers },
      new NatsContext(['stock.reserve', undefined] as never),
    ],
    [
      'Kafka without any',
      { ...payload, headers },
      new KafkaContext([{ headers: undefined }] as never),
    ],
    ['a transport without a context', { ...payload, headers }, undefined],
  ])('are found on %s', async (_, data, context) => {
    const broker = new Broker();
    await listening({ strategy: broker });
    expect(await broker.deliver(data, context)).toEqual({ call: 1 });
    expect(await broker.deliver(data, context)).toEqual({ call: 1 });
    expect(stock.calls).toEqual(['lamp 2']);
  });

  it('of its transport count before those of its payload', async () => {
    const broker = new Broker();
    await listening({ strategy: broker });
    const data = { ...payload, headers: { 'saga-key': 'another' } };
    await broker.deliver(data, metadata);
    await broker.deliver(payload, metadata);
    expect(stock.calls).toEqual(['lamp 2']);
  });
});

describe('a call', () => {
  beforeEach(() => listening({ strategy: new Broker() }));

  it('is made of any headers: of a job, of a consumer of your own', () => {
    expect(sagaCallOf({ 'saga-key': ['k'], other: 1 })).toMatchObject({
      key: 'k',
      undoOf: undefined,
    });
    const undo = sagaCallOf({ 'saga-key': 'u', 'saga-undo-of': 'k' });
    expect(undo).toMatchObject({ key: 'u', undoOf: 'k' });
    expect(undo.part('a').part('b')).toMatchObject({ key: 'u/a/b', undoOf: 'k/a/b' });
    expect(sagaCallOf({}).part('a').key).toBeUndefined();
  });

  it.each([
    ['two keys', ['a', 'b']],
    ['a number', 7],
    ['nothing', ''],
    ['a slash', 'a/b'],
  ])('is refused with %s in place of a key', (_, key) => {
    expect(() => sagaCallOf({ 'saga-key': key })).toThrow(/header saga-key must be the key/);
  });

  it.each(['', 'a/b', 'x'.repeat(65)])('has no part called %j', (name) => {
    expect(() => sagaCallOf({ 'saga-key': 'k' }).part(name)).toThrow(/the name of a part must be/);
  });
});
