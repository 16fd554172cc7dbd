import {
  Global,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  memoryJournal,
  Saga,
  SagaInterruptedError,
  SagaModule,
  SagaOrchestratorFactory,
  SagaStep,
  silentLogger,
  type Journal,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';
import { boot, bootModule } from '../boot.js';

/** What an application closes when it ends, as a Prisma or pg module does. */
@Injectable()
class Database implements OnModuleDestroy {
  open = true;
  readonly rows: string[] = [];

  async insert(row: string): Promise<void> {
    await new Promise(setImmediate);
    if (!this.open) throw new Error('the pool is closed');
    this.rows.push(row);
  }

  onModuleDestroy(): void {
    this.open = false;
  }
}

@Saga('Transfer')
@Injectable()
class TransferSaga {
  release: () => void = () => undefined;
  readonly held = new Promise<void>((resolve) => (this.release = resolve));
  constructor(private readonly database: Database) {}

  @SagaStep({ compensate: 'undoDebit' })
  async debit() {
    await this.held;
    await this.database.insert('debit');
  }
  async undoDebit() {
    await this.database.insert('undo debit');
  }

  @SagaStep()
  async credit() {
    await this.database.insert('credit');
  }
}

@Global()
@Module({ providers: [Database], exports: [Database] })
class GlobalDatabaseModule {}

@Module({ providers: [Database], exports: [Database] })
class DatabaseModule {}

/** The saga module in the root, after what the application imports. */
function bootLast(root: ModuleMetadata, options: SagaModuleOptions) {
  @Module({ ...root, imports: [...(root.imports ?? []), SagaModule.forRoot(options)] })
  class AppModule {}
  return bootModule(AppModule);
}

/** The saga module deep down, as in a module for infrastructure. */
function bootDeep(root: ModuleMetadata, options: SagaModuleOptions) {
  @Module({ imports: [SagaModule.forRoot(options)] })
  class SagaInfraModule {}
  @Module({ imports: [SagaInfraModule] })
  class InfraModule {}
  @Module({ ...root, imports: [...(root.imports ?? []), InfraModule] })
  class AppModule {}
  return bootModule(AppModule);
}

async function transferring(
  database: new () => object,
  journal: Journal = memoryJournal(),
  bootIn: typeof boot = boot,
) {
  @Module({ imports: [database], providers: [TransferSaga], exports: [TransferSaga] })
  class TransferModule {}
  const options = { journal, logger: silentLogger };
  const { app, sagas } = await bootIn({ imports: [TransferModule] }, options);
  const run = sagas.for(TransferSaga, {}, { id: 't-1' }).runAsync();
  run.catch(() => undefined);
  await new Promise(setImmediate);
  const saga = app.get(TransferSaga, { strict: false });
  return { app, database: app.get(Database, { strict: false }), journal, run, saga };
}

describe('the end of an application (semantics 29)', () => {
  it.each([
    ['a global module', 'before', GlobalDatabaseModule, boot],
    ['a global module', 'after', GlobalDatabaseModule, bootLast],
    ['a global module', 'deep under', GlobalDatabaseModule, bootDeep],
    ['another module', 'before', DatabaseModule, boot],
    ['another module', 'after', DatabaseModule, bootLast],
  ])(
    'finishes the current step before %s closes (sagas come %s it)',
    async (_, _where, module, bootIn) => {
      const { app, database, journal, run, saga } = await transferring(
        module,
        memoryJournal(),
        bootIn as typeof boot,
      );
      const closed = app.close();
      await new Promise(setImmediate);
      saga.release();
      await closed;
      await expect(run).rejects.toBeInstanceOf(SagaInterruptedError);
      expect(database.rows).toEqual(['debit']);
      expect(await journal.get({ name: 'Transfer', id: 't-1' })).toMatchObject({
        status: 'running',
        owner: null,
      });
    },
  );

  it('closes the journal last, and once, though close() is called twice', async () => {
    const journal = memoryJournal();
    const close = jest.spyOn(journal, 'close');
    const { app, saga } = await transferring(DatabaseModule, journal);
    saga.release();
    await Promise.all([app.close(), app.close()]);
    await app.close();
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('refuses sagas that start while it ends', async () => {
    const { app, saga } = await transferring(DatabaseModule);
    const closed = app.close();
    await new Promise(setImmediate);
    const late = app.get(SagaOrchestratorFactory).for(TransferSaga, {}).runAsync();
    await expect(late).rejects.toBeInstanceOf(SagaInterruptedError);
    saga.release();
    await closed;
  });
});

describe('the start of an application', () => {
  it('fails when the journal cannot be opened, and says why', async () => {
    const journal = Object.assign(memoryJournal(), {
      open: () => Promise.reject(new Error('no such host')),
    });
    const started = boot({}, { journal, logger: silentLogger });
    await expect(started).rejects.toThrow(/no such host/);
  });

  it('resumes what another process left, once all modules are up', async () => {
    const { app: old, journal, saga: held } = await transferring(DatabaseModule);
    const closing = old.close();
    await new Promise(setImmediate);
    held.release();
    await closing;
    const { saga, database } = await transferring(DatabaseModule, journal);
    saga.release();
    for (let i = 0; i < 50 && database.rows.length === 0; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(database.rows).toEqual(['credit']);
  });
});
