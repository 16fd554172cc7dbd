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

it('the recipe of checked results runs as it is', async () => {
  const { PaymentsModule, Payments, Bank } = await recipe<{
    PaymentsModule: Type;
    Payments: Type<{ pay(answer: unknown): Promise<unknown> }>;
    Bank: Type<{ calls: string[] }>;
  }>('docs/validation.md', 'results');
  const { app } = await bootModule(PaymentsModule as never);
  await expect(app.get(Payments).pay({ id: 'r-1' })).resolves.toEqual({ id: 'r-1', cents: 0 });
  const failed = app.get(Payments).pay({ receipt: 'r-2' });
  await expect(failed).rejects.toMatchObject({ cause: { code: 'SAGA_RESULT' } });
  const [, charge, refund] = app.get(Bank).calls;
  expect(refund).toBe(charge?.replace('charge', 'refund'));
});
