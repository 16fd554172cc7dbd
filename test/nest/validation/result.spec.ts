import { Controller, Post } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { type as ark } from 'arktype';
import { IsInt, IsString } from 'class-validator';
import {
  Saga,
  SagaExceptionFilter,
  SagaOperations,
  SagaOrchestratorFactory,
  SagaStep,
  silentLogger,
  type ISagaCompensationContext,
  type SagaSchema,
} from 'nestjs-saga-orchestrator';
import request from 'supertest';
import * as v from 'valibot';
import { z } from 'zod';
import { boot, bootFailure } from '../boot.js';

class ReceiptDto {
  @IsString()
  id!: string;
  @IsInt()
  cents!: number;
}

/** An application whose step brings what it is told to, and what the undo of it has seen. */
async function shop(schema: SagaSchema, brought: unknown) {
  const undone: unknown[] = [];

  @Saga('Pay')
  class Pay {
    @SagaStep({ result: schema, retry: 3, compensate: 'refund' })
    charge(): unknown {
      return brought;
    }
    refund({ result, outcome }: ISagaCompensationContext<unknown>) {
      undone.push([outcome, result]);
    }
  }

  @Controller('payments')
  class Payments {
    constructor(private readonly sagas: SagaOrchestratorFactory) {}
    @Post()
    async pay() {
      const saga = await this.sagas.for(Pay, {}, { id: 'p-1' }).runAsync();
      return { receipt: saga.getStepResult('charge') };
    }
  }

  const { app } = await boot(
    {
      controllers: [Payments],
      providers: [Pay, { provide: APP_FILTER, useClass: SagaExceptionFilter }],
    },
    { logger: silentLogger, httpStatus: { SAGA_RESULT: 502 } },
  );
  const pay = () => request(app.getHttpServer()).post('/payments');
  const seen = () => app.get(SagaOperations).get('Pay', 'p-1');
  return { undone, pay, seen };
}

describe.each<[string, SagaSchema]>([
  ['zod', z.object({ id: z.string(), cents: z.number().int() })],
  ['valibot', v.object({ id: v.string(), cents: v.pipe(v.number(), v.integer()) })],
  ['arktype', ark({ id: 'string', cents: 'number.integer' })],
  ['a class with class-validator', ReceiptDto],
])('the result of a step that is checked by %s (semantics 18a)', (_, schema) => {
  it('is the result when it is right', async () => {
    const { undone, pay } = await shop(schema, { id: 'r-1', cents: 5 });
    await pay().expect(201, { receipt: { id: 'r-1', cents: 5 } });
    expect(undone).toEqual([]);
  });

  it('fails the saga when it is wrong, and the step is undone as one that is done', async () => {
    const { undone, pay, seen } = await shop(schema, { id: 'r-1', cents: 0.5 });
    const { status, text } = await pay();
    expect([status, JSON.parse(text)]).toMatchObject([502, { code: 'SAGA_RESULT' }]);
    expect(text).not.toContain('0.5');
    expect(undone).toEqual([['done', undefined]]);
    const saga = await seen();
    expect(saga?.status).toBe('compensated');
    expect(JSON.stringify(saga?.timeline)).toMatch(
      /The result of step 'charge' is not valid: cents: /,
    );
  });

  it('is wrong when it is no object, or none at all', async () => {
    for (const nothing of ['r-1', undefined]) {
      const { undone, pay } = await shop(schema, nothing);
      await pay().expect(502);
      expect(undone).toHaveLength(1);
    }
  });
});

it('what the schema makes of a result is the result', async () => {
  const { pay } = await shop(
    z.object({ id: z.string().trim(), cents: z.number().default(7) }),
    Promise.resolve({ id: ' r-1 ' }),
  );
  await pay().expect(201, { receipt: { id: 'r-1', cents: 7 } });
});

it('a schema that is none is refused when the application starts', async () => {
  @Saga('Pay')
  class Pay {
    @SagaStep({ pivot: true, result: 'string' as never })
    charge() {}
  }
  const { message } = await bootFailure({ providers: [Pay] });
  expect(message).toMatch(/charge: result must be a Standard Schema .* or a class/);
});
