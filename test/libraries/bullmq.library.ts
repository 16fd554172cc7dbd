import { BullModule } from '@nestjs/bullmq';
import { Module, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Queue, QueueEvents, Worker, type Job } from 'bullmq';
import {
  SagaModule,
  SagaOperations,
  SagaOrchestratorFactory,
  silentLogger,
} from 'nestjs-saga-orchestrator';
import { recipe } from './recipe.js';
import { startRedis, type RedisServer } from './redis-server.js';

interface Order {
  readonly id: string;
  readonly cents: number;
}

describe('the recipe of BullMQ, on a real Redis', () => {
  let redis: RedisServer;
  let app: INestApplicationContext;
  let PlaceOrder: Type;
  let orders: Queue<Order>;
  let parcels: Queue<{ readonly order: string }>;
  let events: QueueEvents;

  beforeAll(async () => {
    redis = await startRedis();
    const { host, port } = redis;
    const connection = { host, port };
    const { Orders, ...saga } = await recipe<{ Orders: Type; PlaceOrder: Type }>('bullmq');
    ({ PlaceOrder } = saga);
    @Module({
      imports: [
        BullModule.forRoot({ connection }),
        BullModule.registerQueue({ name: 'orders' }, { name: 'parcels' }),
        SagaModule.forRoot({ logger: silentLogger }),
      ],
      providers: [PlaceOrder, Orders],
    })
    class AppModule {}
    app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    orders = new Queue('orders', { connection });
    parcels = new Queue('parcels', { connection });
    events = new QueueEvents('orders', { connection });
    await events.waitUntilReady();
  });
  afterAll(async () => {
    await events?.close();
    await orders?.close();
    await parcels?.close();
    await app?.close();
    await redis?.stop();
  });

  async function ended({ id, cents }: Order) {
    const job: Job<Order> = await orders.add('place', { id, cents });
    await job.waitUntilFinished(events);
    const sagas = app.get(SagaOrchestratorFactory, { strict: false });
    const saga = await sagas.attach(PlaceOrder, id);
    await saga?.result().catch(() => undefined);
    return sagas.attach(PlaceOrder, id);
  }

  it('a job starts a saga, and a step leaves a job', async () => {
    const saga = await ended({ id: 'o-1', cents: 500 });
    expect(saga?.status).toBe('completed');
    expect(saga?.getStepResult('charge')).toEqual({ receipt: 'r-o-1' });
    const left = await parcels.getJobs();
    expect(left.map(({ data }) => data)).toEqual([{ order: 'o-1' }]);
    expect(left[0]?.id).toMatch(/^saga_/);
  });

  it('a job that comes again starts nothing', async () => {
    await ended({ id: 'o-1', cents: 500 });
    expect(await parcels.getJobCountByTypes('waiting')).toBe(1);
    const { sagas } = await app.get(SagaOperations, { strict: false }).list();
    expect(sagas.map(({ id }) => id)).toEqual(['o-1']);
  });

  it('a saga that fails takes back the job that it has left', async () => {
    const saga = await ended({ id: 'o-2', cents: 500_00 });
    expect(saga?.status).toBe('compensated');
    expect((await parcels.getJobs()).map(({ data }) => data.order)).toEqual(['o-1']);
  });

  it('a job that a worker has in hand is not taken back', async () => {
    const { opts } = parcels;
    const worker = new Worker('parcels', null, { connection: opts.connection });
    const job = (await worker.getNextJob('a token')) as Job;
    const undo = () =>
      app.get(PlaceOrder, { strict: false }).unpack({ actionIdempotencyKey: job.id });
    await expect(undo()).rejects.toThrow('A worker is at work on it');
    await job.moveToCompleted('packed', 'a token', false);
    await expect(undo()).resolves.toBeUndefined();
    await worker.close();
  });
});
