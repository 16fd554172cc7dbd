import {
  Injectable,
  Module,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  VersioningType,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  memoryJournal,
  SagaExecutionException,
  SagaModule,
  SagaOperations,
  SagaOrchestratorFactory,
  silentLogger,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';
import { SagaDashboardModule, type SagaDashboardOptions } from 'nestjs-saga-orchestrator/dashboard';
import { BookTripSaga, OnboardTenantSaga, trip, TRIPS, type Fate } from './trips.js';

export const ANN = 'ann@shop.example';

/** Lets in whoever says who he is; a real one would ask for a session. */
@Injectable()
export class SignedInGuard implements CanActivate {
  canActivate(ctx: ExecutionContext): boolean {
    const request = ctx
      .switchToHttp()
      .getRequest<{ headers: Record<string, string>; user: object }>();
    const cookie = /\bwho=([^;]+)/.exec(request.headers['cookie'] ?? '')?.[1];
    const email = request.headers['x-user'] ?? (cookie && decodeURIComponent(cookie));
    if (email) request.user = { email };
    return !!email;
  }
}

/** Where a dashboard may be: on both platforms, also behind a prefix and versions. */
export const PLACES = (['express', 'fastify'] as const).flatMap((platform) =>
  [false, true].map((isDeep) => ({ platform, isDeep, helmet: true })),
);

export interface Setting {
  readonly platform?: 'express' | 'fastify';
  /** A global prefix and versions in the address, as many applications have. */
  readonly isDeep?: boolean;
  readonly helmet?: boolean;
  readonly sagas?: SagaModuleOptions;
  readonly dashboard?: SagaDashboardOptions;
  /** The sagas that it has the classes of. @default all */
  readonly knows?: typeof TRIPS;
  /** @default a free one */
  readonly port?: number;
  /** Until the end of the file, not of the test. */
  readonly keep?: boolean;
}

async function made(root: new () => object, { platform = 'express', helmet }: Setting) {
  const quiet = { logger: false, abortOnError: false } as const;
  if (platform === 'express') {
    const app = await NestFactory.create(root, quiet);
    if (helmet) app.use((await import('helmet')).default());
    return app;
  }
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), quiet);
  if (helmet) await app.register((await import('@fastify/helmet')).default);
  return app;
}

const running: INestApplication[] = [];
/** What is to be closed before the applications: a browser that is there keeps connections open. */
export const guests: { close(): Promise<unknown> }[] = [];
const kept: INestApplication[] = [];

/** A travel agency with a dashboard at `/sagas`, where ann is let in. */
export class Agency {
  private constructor(
    readonly app: INestApplication,
    /** Of the page. */
    readonly url: string,
  ) {}

  static async open(setting: Setting = {}): Promise<Agency> {
    const { isDeep = false, sagas = {}, dashboard = { guards: [SignedInGuard] } } = setting;
    const { knows = TRIPS } = setting;
    @Module({
      imports: [
        SagaModule.forRoot({
          drainMs: 0,
          logger: silentLogger,
          journal: memoryJournal(),
          ...sagas,
        }),
        SagaDashboardModule.forRoot({ path: 'sagas', ...dashboard }),
      ],
      providers: knows,
    })
    class AppModule {}
    const app = await made(AppModule, setting);
    if (isDeep) {
      app.setGlobalPrefix('api/shop');
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    }
    await app.listen(setting.port ?? 0, '127.0.0.1');
    (setting.keep ? kept : running).push(app);
    const { port } = app.getHttpServer().address() as { port: number };
    return new Agency(app, `http://127.0.0.1:${port}${isDeep ? '/api/shop' : ''}/sagas`);
  }

  get operations(): SagaOperations {
    return this.app.get(SagaOperations);
  }

  /** Runs one saga to its end, whatever that is. */
  async book(id: string, fate: Fate = {}, pace = 0): Promise<void> {
    await this.#run(BookTripSaga, id, fate, pace);
  }

  async onboard(id: string, fate: Fate = {}, pace = 0): Promise<void> {
    await this.#run(OnboardTenantSaga, id, fate, pace);
  }

  /** Starts one without waiting for it. */
  async begin(id: string, fate: Fate = {}, pace = 0): Promise<void> {
    await this.#chain(BookTripSaga, id, fate, pace).start();
  }

  #chain(
    saga: typeof BookTripSaga | typeof OnboardTenantSaga,
    id: string,
    fate: Fate,
    pace: number,
  ) {
    const tags = { tenant: id.length % 2 === 0 ? 'hooli' : 'globex', channel: 'app' };
    const options = { id, key: `booking-${id}`, tags };
    return this.app
      .get(SagaOrchestratorFactory)
      .for(saga as typeof BookTripSaga, trip(fate, pace), options);
  }

  async #run(
    saga: typeof BookTripSaga | typeof OnboardTenantSaga,
    id: string,
    fate: Fate,
    pace: number,
  ) {
    try {
      await this.#chain(saga, id, fate, pace).runAsync();
    } catch (error) {
      if (!(error instanceof SagaExecutionException)) throw error;
    }
  }

  /** As ann asks, or whoever the headers say. */
  ask(path = '', init: RequestInit = {}): Promise<Response> {
    const headers = { 'x-user': ANN, ...(init.headers as object) };
    return fetch(`${this.url}${path}`, { ...init, headers });
  }

  async read<T = any>(path: string): Promise<T> {
    const response = await this.ask(path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  act(body: object, headers?: Record<string, string>): Promise<Response> {
    return this.#post('/api/act', body, headers);
  }

  bulk(body: object, headers?: Record<string, string>): Promise<Response> {
    return this.#post('/api/bulk', body, headers);
  }

  #post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    const own = { 'content-type': 'application/json', 'x-saga-dashboard': '1' };
    const init = { method: 'POST', body: JSON.stringify(body), headers: { ...own, ...headers } };
    return this.ask(path, init);
  }
}

afterEach(async () => {
  for (const guest of guests.splice(0)) await guest.close();
  for (const app of running.splice(0)) await app.close();
});

afterAll(async () => {
  for (const app of kept.splice(0)) await app.close();
});
