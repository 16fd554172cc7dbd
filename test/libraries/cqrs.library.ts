import { Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule, CommandBus, EventBus, ofType, Saga as EventsToCommands } from '@nestjs/cqrs';
import { SagaExecutionException, SagaModule, silentLogger } from 'nestjs-saga-orchestrator';
import { firstValueFrom, map, take, toArray, type Observable } from 'rxjs';
import { recipe } from './recipe.js';

it('a command starts a saga, its end is an event, and the sagas of @nestjs/cqrs go on beside it', async () => {
  const { OrderPlaced, OrderRefused, PlaceOrderCommand, ...providers } = await recipe<{
    readonly OrderEvents: Type;
    readonly PlaceOrder: Type;
    readonly PlaceOrderHandler: Type;
    readonly OrderPlaced: Type<{ readonly id: string }>;
    readonly OrderRefused: Type<{ readonly id: string }>;
    readonly PlaceOrderCommand: new (id: string, order: object) => never;
  }>('cqrs');

  @Injectable()
  class NextOrder {
    @EventsToCommands()
    next = (events: Observable<object>): Observable<never> =>
      events.pipe(
        ofType(OrderPlaced),
        take(1),
        map(({ id }) => new PlaceOrderCommand(`${id}, again`, { product: 'none' })),
      );
  }

  @Module({
    imports: [CqrsModule.forRoot(), SagaModule.forRoot({ logger: silentLogger })],
    providers: [NextOrder, ...Object.values(providers)],
  })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  try {
    const events = firstValueFrom(app.get(EventBus).pipe(take(3), toArray()));
    const commands = app.get(CommandBus);
    const placed = await commands.execute(new PlaceOrderCommand('o-1', { product: 'tea' }));
    expect(placed).toEqual({ shelf: 3 });
    const refused = commands.execute(new PlaceOrderCommand('o-2', { product: 'none' }));
    await expect(refused).rejects.toBeInstanceOf(SagaExecutionException);
    const told = await events;
    expect(told).toEqual(
      expect.arrayContaining([
        new OrderPlaced('o-1'),
        new OrderRefused('o-2'),
        new OrderRefused('o-1, again'),
      ]),
    );
  } finally {
    await app.close();
  }
});
