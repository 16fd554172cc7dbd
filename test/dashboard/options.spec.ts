import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SagaModule, silentLogger } from 'nestjs-saga-orchestrator';
import {
  SagaDashboardModule,
  type SagaDashboardSettings,
} from 'nestjs-saga-orchestrator/dashboard';
import { SignedInGuard } from './app.js';

const TITLE = Symbol('title');

@Module({ providers: [{ provide: TITLE, useValue: 'Shop sagas' }], exports: [TITLE] })
class TitleModule {}

const opening: INestApplication[] = [];
afterEach(async () => {
  for (const app of opening.splice(0)) await app.close();
});

it.each([
  [{ guard: [] }, /unknown option 'guard'.*did you mean 'guards'/],
  [{ path: 7 }, /path must be a text/],
  [{ guards: 'none' }, /guards must be a list of classes, or 'global'/],
  [{ guards: [{}] }, /guards must be a list of classes/],
  [{ actor: 'ann' }, /actor must be a function/],
  [{ payloads: 'some' }, /payloads must be 'off', 'redacted' or 'full'/],
  [{ redact: 'email' }, /redact must be a list/],
  [{ environment: {}, readOnly: 1 }, /readOnly must be true or false/],
  [{ environment: 'staging' }, /environment must be an object with a label/],
  [{ links: { trace: 'javascript:alert(1)' } }, /links\.trace must be an http address/],
  [{ pollMs: 1 }, /pollMs must be a whole number from 100/],
  [null, /must be an object/],
])('refuses what it cannot use: %j', (options, problem) => {
  expect(() => SagaDashboardModule.forRoot(options as never)).toThrow(problem);
});

describe('settings that a factory makes', () => {
  async function opened(settings: SagaDashboardSettings) {
    const dashboard = SagaDashboardModule.forRootAsync({
      path: 'admin/sagas',
      guards: [SignedInGuard],
      imports: [TitleModule],
      inject: [TITLE],
      useFactory: async (title: string) => ({ title, ...settings }),
    });
    @Module({ imports: [SagaModule.forRoot({ logger: silentLogger }), dashboard] })
    class AppModule {}
    const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
    opening.push(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as { port: number };
    const headers = { 'x-user': 'ann' };
    return fetch(`http://127.0.0.1:${port}/admin/sagas/api/meta`, { headers });
  }

  it('are taken, with what it has injected', async () => {
    const answer = await opened({ readOnly: true });
    expect(await answer.json()).toMatchObject({
      title: 'Shop sagas',
      readOnly: expect.any(String),
    });
  });

  it('are refused as those of forRoot() are', async () => {
    await expect(opened({ pollMs: 0 })).rejects.toThrow(/pollMs must be a whole number/);
  });

  it('must be made by a function', () => {
    expect(() => SagaDashboardModule.forRootAsync({} as never)).toThrow(/useFactory/);
  });
});

it('may stand twice in one application, each under its own guards', async () => {
  const [open, closed] = [
    SagaDashboardModule.forRoot({ path: 'open', guards: 'global', title: 'One' }),
    SagaDashboardModule.forRoot({ path: 'closed', guards: [SignedInGuard], title: 'Two' }),
  ];
  @Module({ imports: [SagaModule.forRoot({ logger: silentLogger }), open, closed] })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false });
  opening.push(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  expect(await (await fetch(`${url}/open/api/meta`)).json()).toMatchObject({ title: 'One' });
  expect((await fetch(`${url}/closed/api/meta`)).status).toBe(403);
});
