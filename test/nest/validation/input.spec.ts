import { Body, Controller, Post } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { type as ark } from 'arktype';
import { Type } from 'class-transformer';
import { IsInt, IsString, Min, ValidateNested } from 'class-validator';
import {
  NOTHING_TO_UNDO,
  Saga,
  SagaExceptionFilter,
  SagaOperations,
  SagaOrchestratorFactory,
  SagaStep,
  silentLogger,
  type ISagaContext,
  type SagaInput,
} from 'nestjs-saga-orchestrator';
import request from 'supertest';
import * as v from 'valibot';
import { z } from 'zod';
import { boot, bootFailure } from '../boot.js';

interface Order {
  readonly user: string;
  readonly lines: readonly { readonly sku: string; readonly count: number }[];
}

class Line {
  @IsString()
  sku!: string;
  @IsInt()
  @Min(1)
  count!: number;
}

class PlaceOrderDto {
  @IsString()
  user!: string;
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines!: Line[];
}

const zod = z.object({
  user: z.string(),
  lines: z.array(z.object({ sku: z.string(), count: z.number().int().min(1) })),
});
const valibot = v.object({
  user: v.string(),
  lines: v.array(
    v.object({ sku: v.string(), count: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  ),
});
const arktype = ark({
  user: 'string',
  lines: ark({ sku: 'string', count: 'number.integer >= 1' }).array(),
});
const later = z.object({ user: z.string().refine(async (user) => user !== 'nobody') }).loose();

/** An application with one saga, whose input is checked; and what its step has seen. */
async function shop(input: SagaInput) {
  const seen: unknown[] = [];

  @Saga({ name: 'Order', input })
  class OrderSaga {
    @SagaStep({ compensate: NOTHING_TO_UNDO })
    place({ context }: ISagaContext<Order>) {
      seen.push(context);
    }
  }

  @Controller('orders')
  class Orders {
    constructor(private readonly sagas: SagaOrchestratorFactory) {}
    @Post()
    async place(@Body() order: Order) {
      const { sagaId } = await this.sagas.for(OrderSaga, order, { id: 'o-1' }).runAsync();
      return { sagaId };
    }
    @Post('later')
    async start(@Body() order: Order) {
      return { sagaId: (await this.sagas.for(OrderSaga, order, { id: 'o-1' }).start()).id };
    }
  }

  const { app } = await boot(
    {
      controllers: [Orders],
      providers: [OrderSaga, { provide: APP_FILTER, useClass: SagaExceptionFilter }],
    },
    { logger: silentLogger },
  );
  const post = (body: object, path = '') =>
    request(app.getHttpServer()).post(`/orders${path}`).send(body);
  return { seen, post, stored: async () => (await app.get(SagaOperations).list()).sagas.length };
}

const good: Order = { user: 'ann', lines: [{ sku: 'tea', count: 2 }] };
const bad = { user: 'ann', lines: [{ sku: 'tea', count: 0 }] };

describe.each<[string, SagaInput]>([
  ['zod', zod],
  ['valibot', valibot],
  ['arktype', arktype],
  ['a class with class-validator', PlaceOrderDto],
])('the input of a saga that is checked by %s', (_, input) => {
  it.each(['', '/later'])(
    'is refused with 400 before anything is stored: POST /orders%s',
    async (path) => {
      const { seen, post, stored } = await shop(input);
      const { status, text } = await post(bad, path);
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({
        ...{ status: 400, code: 'SAGA_INPUT', detail: 'The request is not valid.' },
        errors: [{ path: 'lines[0].count', message: expect.stringMatching(/1/) }],
      });
      expect(await stored()).toBe(0);
      expect(seen).toEqual([]);
      await post(good, path).expect(201, { sagaId: 'o-1' });
    },
  );

  it('reaches the steps when it is right, and a second start is the same saga', async () => {
    const { seen, post, stored } = await shop(input);
    await post(good).expect(201);
    await post(good).expect(201);
    expect(seen).toEqual([good]);
    expect(await stored()).toBe(1);
  });

  it('is refused as a whole when it is no object', async () => {
    const { post } = await shop(input);
    const { status, text } = await post([]);
    expect(status).toBe(400);
    expect(JSON.parse(text).errors.length).toBeGreaterThan(0);
  });
});

describe('a schema', () => {
  it('may take its time, and changes the input into what the saga gets', async () => {
    const { post } = await shop(later);
    await post({ user: 'nobody' }).expect(400);
    const trimmed = z.object({ user: z.string().trim(), lines: z.array(z.any()).default([]) });
    const { seen, post: order } = await shop(trimmed);
    await order({ user: ' ann ' }).expect(201);
    expect(seen).toEqual([{ user: 'ann', lines: [] }]);
  });

  it.each([
    ['no schema', 'string'],
    ['a function', () => true],
    ['null', null],
  ])('that is %s is refused when the application starts', async (_, input) => {
    @Saga({ name: 'Order', input: input as never })
    class OrderSaga {
      @SagaStep({ compensate: NOTHING_TO_UNDO })
      place() {}
    }
    const error = await bootFailure({ providers: [OrderSaga] });
    expect(error.message).toMatch(/input must be a Standard Schema .* or a class/);
  });
});
