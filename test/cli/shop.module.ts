// An application as `--app` is given one: nothing of it may be made, and nothing may start.
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { Saga, SagaModule, SagaStep } from 'nestjs-saga-orchestrator';
import { defineSaga } from 'nestjs-saga-orchestrator/core';

function started(what: string): never {
  throw new Error(`${what} was made, for the plans alone`);
}

@Injectable()
class Database implements OnModuleInit {
  constructor() {
    started('the database');
  }

  onModuleInit(): void {
    started('its connection');
  }
}

@Saga({ name: 'Order', version: 2 })
class OrderSaga {
  constructor(@Inject('url') url: string) {
    started(url);
  }

  @SagaStep({ compensate: 'release' })
  Reserve(): void {}
  release(): void {}

  @SagaStep({ retry: { retries: 3 }, pivot: true })
  Pay(): void {}
}

@Saga('Refund')
class RefundSaga {
  @SagaStep({ compensate: 'takeBack' })
  PayBack(): void {}
  takeBack(): void {}
}

@Module({
  providers: [
    { provide: 'url', useFactory: () => started('a factory') },
    Database,
    OrderSaga,
    { provide: RefundSaga, useFactory: () => started('a saga') },
  ],
})
class OrdersModule {}

@Module({
  imports: [SagaModule.forRootAsync({ useFactory: () => started('the journal') }), OrdersModule],
})
export class AppModule {}

export const byHand = defineSaga('ByHand', [{ label: 'Act', action: () => undefined }]);
