import type { Type } from '@nestjs/common';
import request from 'supertest';
import { bootModule } from '../nest/boot.js';
import { recipe } from '../support/recipe.js';

it('the recipe of docs/health.md keeps sagas out of liveness', async () => {
  const { AppModule } = await recipe<{ AppModule: Type }>('docs/health.md', 'health');
  const { app } = await bootModule(AppModule as never);
  const ask = (path: string) => request(app.getHttpServer()).get(`/health/${path}`);
  expect((await ask('live')).body).toMatchObject({ status: 'ok', details: {} });
  expect((await ask('ready')).body.info).toMatchObject({ sagas: { status: 'up' } });
  expect((await ask('backlog')).body.info['saga-backlog']).toMatchObject({
    status: 'up',
    parked: 0,
  });
});

it('the recipe of docs/telemetry.md starts without an SDK', async () => {
  const { AppModule } = await recipe<{ AppModule: Type }>('docs/telemetry.md', 'otel');
  await expect(bootModule(AppModule as never)).resolves.toBeDefined();
});
