import { Global, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Saga, SagaModule, SagaOrchestratorFactory, SagaStep } from 'nestjs-saga-orchestrator';

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** A connection that a global module opens first and closes last, as database modules do. */
@Injectable()
class Database implements OnModuleDestroy {
  open = true;

  onModuleDestroy(): void {
    this.open = false;
  }
}

@Global()
@Module({ providers: [Database], exports: [Database] })
class DatabaseModule {}

@Saga('Transfer')
@Injectable()
class TransferSaga {
  seen: boolean[] = [];
  inFlight = deferred();
  answer = deferred();

  constructor(private readonly database: Database) {}

  @SagaStep({ label: 'Debit', compensate: 'credit' })
  async debit(): Promise<void> {
    this.inFlight.resolve();
    await this.answer.promise;
    this.seen.push(this.database.open);
  }

  credit(): void {
    this.seen.push(this.database.open);
  }
}

@Module({ providers: [TransferSaga] })
class TransferModule {}

@Module({ providers: [Database], exports: [Database] })
class LocalDatabaseModule {}

@Module({ imports: [LocalDatabaseModule], providers: [TransferSaga] })
class LocalTransferModule {}

const Sagas = SagaModule.forRoot();
const SagasAsync = SagaModule.forRootAsync({
  imports: [LocalDatabaseModule],
  inject: [Database],
  useFactory: () => ({}),
});

test.each([
  ['is global', [Sagas, DatabaseModule, TransferModule]],
  ['is imported before SagaModule', [LocalDatabaseModule, Sagas, LocalTransferModule]],
  ['is imported by a feature module', [Sagas, LocalTransferModule]],
  ['is imported by forRootAsync', [SagasAsync, LocalTransferModule]],
])(
  'a shutdown drains the sagas before their database is closed, where it %s (29)',
  async (_, imports) => {
    const app = (await Test.createTestingModule({ imports }).compile()).createNestApplication();
    await app.init();
    const saga = app.get(TransferSaga, { strict: false });
    const transfer = await app.get(SagaOrchestratorFactory).for(TransferSaga, {}).start();
    await saga.inFlight.promise;
    const closed = app.close();
    setImmediate(() => saga.answer.resolve());
    await closed;
    await transfer.result().catch(() => undefined);
    expect(saga.seen).toEqual([true]);
  },
);
