import type { Type } from '@nestjs/common';
import request from 'supertest';
import { bootModule } from '../nest/boot.js';
import { recipe } from '../support/recipe.js';

it('the recipe of docs/validation.md runs as it is', async () => {
  const { AppModule } = await recipe<{ AppModule: Type }>('docs/validation.md', 'validation');
  const { app } = await bootModule(AppModule as never);
  const post = (order: object) => request(app.getHttpServer()).post('/orders').send(order);
  await post({ user: ' ann ', cents: 5 }).expect(201, { charged: 5, of: 'ann' });
  const { status, text } = await post({ user: '', cents: 0.5 });
  expect(status).toBe(400);
  expect(JSON.parse(text).errors.map(({ path }: { path: string }) => path)).toEqual(
    expect.arrayContaining(['user', 'cents']),
  );
});
