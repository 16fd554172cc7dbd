import { Body, Controller, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Type } from 'class-transformer';
import { IsDate, IsInt, IsString, Min, ValidateNested } from 'class-validator';
import {
  memoryJournal,
  ResultFactory,
  Saga,
  SagaModule,
  SagaOrchestratorFactory,
  SagaStep,
  silentLogger,
  type ISagaContext,
  type Journal,
} from 'nestjs-saga-orchestrator';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { join } from 'node:path';
import request from 'supertest';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';

class LineDto {
  @IsString()
  sku!: string;

  @IsInt()
  @Min(1)
  quantity = 1;
}

class AddressDto {
  @IsString()
  city!: string;
}

class OrderDto {
  @IsDate()
  @Type(() => Date)
  wanted!: Date;

  @ValidateNested()
  @Type(() => AddressDto)
  address!: AddressDto;

  @ValidateNested({ each: true })
  @Type(() => LineDto)
  lines!: LineDto[];
}

@Saga('PackOrder')
class PackOrder {
  @SagaStep()
  pack({ context }: ISagaContext<OrderDto>) {
    const [line] = context.lines;
    return ResultFactory.success({
      // What a step sees is what is stored, on the first run too.
      plain: Object.getPrototypeOf(line) === Object.prototype,
      skus: context.lines.map(({ sku }) => sku),
      year: context.wanted.getUTCFullYear(),
    });
  }

  /** A DTO may be a result, too. */
  @SagaStep()
  label({ context }: ISagaContext<OrderDto>) {
    return Object.assign(new AddressDto(), context.address);
  }
}

@Controller('orders')
class OrdersController {
  constructor(private readonly sagas: SagaOrchestratorFactory) {}

  @Post()
  async place(@Body() order: OrderDto) {
    const saga = this.sagas.for(PackOrder, order);
    await saga.runAsync();
    return { packed: saga.getStepResult('pack'), label: saga.getStepResult('label') };
  }
}

afterAll(removeTempFolders);

describe('a validated DTO is plain data (semantics 17)', () => {
  it.each<[string, () => Journal]>([
    ['memory', () => memoryJournal()],
    ['SQLite', () => sqliteJournal({ file: join(tempFolder(), 'sagas.db') })],
  ])('from a ValidationPipe to the steps, journal: %s', async (_, journal) => {
    @Module({
      imports: [SagaModule.forRoot({ logger: silentLogger, journal: journal() })],
      controllers: [OrdersController],
      providers: [PackOrder],
    })
    class AppModule {}
    const app = await NestFactory.create(AppModule, { logger: false });
    try {
      app.useGlobalPipes(new ValidationPipe({ transform: true }));
      await app.listen(0, '127.0.0.1');
      const order = {
        wanted: '2026-12-24T00:00:00Z',
        address: { city: 'Emden' },
        lines: [{ sku: 'tea', quantity: 2 }, { sku: 'pot' }],
      };
      const placed = await request(await app.getUrl())
        .post('/orders')
        .send(order);
      expect(placed.body).toEqual({
        packed: { plain: true, skus: ['tea', 'pot'], year: 2026 },
        label: { city: 'Emden' },
      });
      expect(placed.status).toBe(201);
      const bad = { ...order, lines: [{ sku: 'tea', quantity: 0 }] };
      const refused = await request(await app.getUrl())
        .post('/orders')
        .send(bad);
      expect(refused.status).toBe(400);
    } finally {
      await app.close();
    }
  });
});
