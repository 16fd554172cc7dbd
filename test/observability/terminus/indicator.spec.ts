import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import {
  memoryJournal,
  Saga,
  SagaModule,
  SagaOrchestratorFactory,
  SagaStep,
  silentLogger,
  type ISagaContext,
  type Journal,
  type SagaEngineProvider,
} from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import {
  SagaHealthIndicator,
  SagaHealthModule,
  type BacklogOptions,
} from 'nestjs-saga-orchestrator/terminus';
import request from 'supertest';
import { boot, bootModule } from '../../nest/boot.js';
import { ORDERS, PlaceOrderSaga, yacht } from '../../nest/orders.js';

let limits: BacklogOptions = {};

@Controller('health')
class Health {
  constructor(
    private readonly health: HealthCheckService,
    private readonly sagas: SagaHealthIndicator,
  ) {}
  @Get('live')
  live() {
    return this.health.check([]);
  }
  @Get('ready')
  ready() {
    return this.health.check([() => this.sagas.ready('sagas', { timeoutMs: 200 })]);
  }
  @Get('backlog')
  backlog() {
    return this.health.check([() => this.sagas.backlog('saga-backlog', limits)]);
  }
}

const quiet = TerminusModule.forRoot({ logger: false });
const root = { imports: [quiet, SagaHealthModule], controllers: [Health], providers: ORDERS };

async function started(journal: Journal = memoryJournal()) {
  const { app, sagas } = await boot(root, { logger: silentLogger, journal, leaseMs: 600 });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const ask = async (path: string) => {
    const { status, body } = await request(url).get(`/health/${path}`);
    return { status, of: body.status === 'ok' ? body.info : body.error };
  };
  return { app, sagas, ask };
}

/** A journal that can be made to hang, or to fail with a text that nobody may see. */
function breakable() {
  const journal = memoryJournal();
  let fault: 'none' | 'hangs' | 'fails' = 'none';
  const hanging: (() => void)[] = [];
  const faulty = new Proxy(journal, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const call = () => value.apply(target, args) as unknown;
        if (fault === 'hangs') return new Promise<void>((go) => hanging.push(go)).then(call);
        if (fault === 'fails') return Promise.reject(new Error('db-7.internal is gone'));
        return call();
      };
    },
  });
  const release = (): void => hanging.splice(0).forEach((go) => go());
  return { journal: faulty, set: (next: typeof fault) => (fault = next), release };
}

async function until(what: () => Promise<boolean>): Promise<void> {
  const last = Date.now() + 60_000;
  while (!(await what())) {
    if (Date.now() > last) throw new Error('It did not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Fails past its pivot, and is parked. */
@Saga('Ship')
@Injectable()
class ShipSaga {
  @SagaStep({ pivot: true })
  pay(_: ISagaContext<object>): void {}

  @SagaStep()
  ship(_: ISagaContext<object>): void {
    throw new Error('no ship sails');
  }
}

describe('SagaHealthIndicator.ready()', () => {
  it('is up with numbers while the process can record', async () => {
    const { ask } = await started();
    expect(await ask('ready')).toEqual({
      status: 200,
      of: {
        sagas: {
          ...{ status: 'up', activeRuns: 0 },
          ...{ leaseLeftMs: expect.any(Number), journalMs: expect.any(Number) },
        },
      },
    });
  });

  it.each([
    ['hangs', 'journal-timeout'],
    ['fails', 'journal-failed'],
  ] as const)('is down in time while the journal %s, and up again after', async (fault, reason) => {
    const { journal, set, release } = breakable();
    const { ask } = await started(journal);
    set(fault);
    const began = performance.now();
    const answer = await ask('ready');
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(answer).toMatchObject({ status: 503, of: { sagas: { status: 'down', reason } } });
    expect(JSON.stringify(answer)).not.toContain('db-7');
    expect((await ask('live')).status).toBe(200);
    set('none');
    // What hung still hangs: the journal is asked anew.
    await until(async () => (await ask('ready')).status === 200);
    release();
  });

  it('is down once the lease is lost', async () => {
    const { journal, set } = breakable();
    const { ask } = await started(journal);
    set('fails');
    await until(async () => (await ask('ready')).of.sagas.reason === 'lease-lost');
    expect((await ask('live')).status).toBe(200);
    set('none');
    await until(async () => (await ask('ready')).status === 200);
  });

  it('is down while the process drains, before its sagas stop', async () => {
    let ship = (): void => undefined;
    const shipped = new Promise<void>((resolve) => (ship = resolve));

    @Saga('Shipping')
    @Injectable()
    class Shipping {
      @SagaStep({ pivot: true })
      ship() {
        return shipped;
      }
    }
    @Module({
      imports: [
        SagaModule.forRoot({ logger: silentLogger, drainMs: 5_000 }),
        quiet,
        SagaHealthModule,
      ],
      controllers: [Health],
      providers: [Shipping],
    })
    class AppModule {}
    const { app } = await bootModule(AppModule);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const ready = () => request(url).get('/health/ready');
    const handle = await app.get(SagaOrchestratorFactory).for(Shipping, {}).start();
    const ended = handle.result().catch(() => undefined);
    const closed = app.close();
    await until(async () => (await ready()).body.error?.sagas?.reason === 'draining');
    expect((await ready()).body.error.sagas).toMatchObject({ status: 'down', activeRuns: 1 });
    expect((await request(url).get('/health/live')).status).toBe(200);
    ship();
    await Promise.all([closed, ended]);
  });

  it('refuses options that cannot be right', async () => {
    const { app } = await started();
    const sagas = app.get(SagaHealthIndicator);
    await expect(sagas.ready('sagas', { timeout: 5 } as never)).rejects.toThrow(
      /unknown option 'timeout' of ready\(\) \(did you mean 'timeoutMs'\?\)/,
    );
    await expect(sagas.ready('sagas', { timeoutMs: 0 })).rejects.toThrow(/timeoutMs must be/);
    await expect(sagas.backlog('b', { maxParked: -1 })).rejects.toThrow(/maxParked must be/);
  });
});

describe('SagaHealthIndicator.backlog()', () => {
  const now = Date.now();
  const insight = {
    counts: async () => [
      { name: 'A', status: 'parked', parkReason: 'in-doubt', sagas: 2 },
      { name: 'B', status: 'parked', parkReason: 'terminated', sagas: 1 },
    ],
    unfinished: async () => [
      { name: 'A', unowned: 2, oldestUnowned: new Date(now - 90_000) },
      { name: 'B', unowned: 0, oldestUnowned: null },
    ],
    now: async () => new Date(now),
  };
  /** An engine whose journal tells that much, or fails to. */
  const engineWith = (told: object | undefined): SagaEngineProvider => ({
    description: 'an engine with an insight',
    create: (settings) => {
      const engine = new InProcessEngine({ ...settings, journal: memoryJournal() });
      return Object.defineProperty(engine, 'insight', { value: told });
    },
  });

  async function ask(told: object | undefined, given: BacklogOptions) {
    limits = given;
    const { app } = await boot(root, { logger: silentLogger, engine: engineWith(told) });
    await app.listen(0, '127.0.0.1');
    const { status, body } = await request(await app.getUrl()).get('/health/backlog');
    return {
      status,
      told: (body.info?.['saga-backlog'] ?? body.error?.['saga-backlog']) as object,
    };
  }

  const numbers = { parked: 3, unowned: 2, oldestMs: 90_000, journalMs: expect.any(Number) };

  it.each<[BacklogOptions, string | undefined]>([
    [{}, undefined],
    [{ maxParked: 3, maxUnowned: 2, maxAgeMs: 90_000 }, undefined],
    [{ maxParked: 2 }, 'parked'],
    [{ maxUnowned: 1, maxAgeMs: 89_999 }, 'unowned, age'],
  ])('by the limits %p', async (given, reason) => {
    expect(await ask(insight, given)).toEqual({
      status: reason === undefined ? 200 : 503,
      told:
        reason === undefined
          ? { status: 'up', ...numbers }
          : { status: 'down', reason, ...numbers },
    });
  });

  it('is down without numbers when the journal fails, or does not answer in time', async () => {
    const fails = { ...insight, counts: () => Promise.reject(new Error('db-7.internal')) };
    const failed = { status: 'down', reason: 'journal-failed', journalMs: expect.any(Number) };
    expect((await ask(fails, {})).told).toEqual(failed);
    const hangs = { ...insight, counts: () => new Promise(() => undefined) };
    const late = { ...failed, reason: 'journal-timeout' };
    expect((await ask(hangs, { maxJournalMs: 20 })).told).toEqual(late);
  });

  it('lists the parked ones where nobody counts them', async () => {
    limits = { maxParked: 0 };
    const { app, sagas } = await boot(
      { ...root, providers: [...ORDERS, ShipSaga] },
      { logger: silentLogger, engine: engineWith(undefined) },
    );
    const indicator = app.get(SagaHealthIndicator);
    await sagas
      .for(PlaceOrderSaga, yacht)
      .runAsync()
      .catch(() => undefined);
    expect(await indicator.backlog('b', limits)).toMatchObject({ b: { status: 'up', parked: 0 } });
    await sagas
      .for(ShipSaga, {})
      .runAsync()
      .catch(() => undefined);
    const parked = { status: 'down', reason: 'parked', parked: 1 };
    expect(await indicator.backlog('b', limits)).toMatchObject({ b: parked });
    await expect(indicator.backlog('b', { maxUnowned: 1 })).rejects.toThrow(
      /maxUnowned and maxAgeMs need a journal that tells who works on its sagas/,
    );
  });
});
