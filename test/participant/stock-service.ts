import { AsyncLocalStorage } from 'node:async_hooks';
import { join } from 'node:path';
import {
  Body,
  Controller,
  HttpCode,
  Injectable,
  Module,
  Post,
  UseInterceptors,
} from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import Database from 'libsql';
import { ResultFactory } from 'nestjs-saga-orchestrator';
import {
  SagaBarrier,
  SagaBarrierInterceptor,
  SagaBarrierModule,
  SagaCall,
  SagaDo,
  SagaUndo,
} from 'nestjs-saga-orchestrator/participant';
import { fromSqlite, type SagaTransactions } from 'nestjs-saga-orchestrator/transactions';
import { from, map } from 'rxjs';
import { tempFolder } from '../journals/temp-folder.js';

export interface Reserve {
  readonly item: string;
  readonly pieces: number;
}

type Tx = Database.Database;

/** The database of a stock service, and what its handlers have come to. */
@Injectable()
export class Stock {
  readonly #file = join(tempFolder(), 'stock.db');
  readonly database: Tx = new Database(this.#file);
  readonly calls: string[] = [];
  /** The open transaction, as nestjs-cls keeps one for its repositories. */
  readonly current: AsyncLocalStorage<Tx> = new AsyncLocalStorage();
  /** Errors for the next handlers to meet. */
  readonly failures: Error[] = [];

  constructor() {
    this.database.exec('CREATE TABLE moves (item TEXT, pieces INTEGER)');
  }

  get transactions(): SagaTransactions<Tx> {
    const { run, use } = fromSqlite(this.database);
    return { use, run: (work) => run((tx) => this.current.run(tx, () => work(tx))) };
  }

  move(tx: Tx, item: string, pieces: number) {
    this.calls.push(`${item} ${pieces}`);
    tx.prepare('INSERT INTO moves VALUES (?, ?)').run(item, pieces);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (pieces > 100) return ResultFactory.nonRetryable('OUT_OF_STOCK', 'Too many');
    return { call: this.calls.length };
  }

  /** For handlers that find their transaction by themselves. */
  moveHere(item: string, pieces: number) {
    const tx = this.current.getStore();
    if (tx === undefined) throw new Error('no transaction is open here');
    return this.move(tx, item, pieces);
  }

  /** What was taken of an item, as another connection sees it. */
  taken(item: string): number {
    const sql = 'SELECT coalesce(sum(pieces), 0) AS taken FROM moves WHERE item = ?';
    const other = new Database(this.#file);
    try {
      return Number((other.prepare(sql).get(item) as { taken: number }).taken);
    } finally {
      other.close();
    }
  }
}

@Controller('stock')
export class StockController {
  constructor(
    private readonly barrier: SagaBarrier,
    private readonly stock: Stock,
  ) {}

  @Post('reserve')
  @MessagePattern('stock.reserve')
  reserve(@SagaCall() call: SagaCall, @Body() @Payload() { item, pieces }: Reserve) {
    return this.barrier.do(call, (tx: Tx) => this.stock.move(tx, item, pieces));
  }

  @Post('release')
  @MessagePattern('stock.release')
  release(@SagaCall() call: SagaCall, @Body() @Payload() { item, pieces }: Reserve) {
    return this.barrier.undo(call, (tx: Tx) => this.stock.move(tx, item, -pieces));
  }

  @Post('state')
  @MessagePattern('stock.state')
  async state(@SagaCall() call: SagaCall) {
    return { answer: await this.barrier.probe(call) };
  }

  @Post('move')
  move(@SagaCall({ barrier: 'optional' }) call: SagaCall, @Body() { item, pieces }: Reserve) {
    return this.barrier.do(call, (tx: Tx) => this.stock.move(tx, item, pieces));
  }
}

/** The same with decorators; the interceptor is named by the class as well. */
@UseInterceptors(SagaBarrierInterceptor)
@Controller('guarded')
export class GuardedController {
  constructor(private readonly stock: Stock) {}

  @SagaDo()
  @HttpCode(202)
  @Post('reserve')
  @MessagePattern('guarded.reserve')
  reserve(@Body() @Payload() { item, pieces }: Reserve) {
    return this.stock.moveHere(item, pieces);
  }

  @SagaUndo()
  @Post('release')
  @MessagePattern('guarded.release')
  async release(@Body() @Payload() { item, pieces }: Reserve) {
    return this.stock.moveHere(item, -pieces);
  }

  @SagaDo({ barrier: 'optional' })
  @Post('move')
  move(@Body() { item, pieces }: Reserve) {
    return from([1]).pipe(map(() => this.stock.moveHere(item, pieces)));
  }

  @Post('open')
  open() {
    this.stock.calls.push('open');
    return { inTransaction: this.stock.current.getStore() !== undefined };
  }
}

@Module({ providers: [Stock], exports: [Stock] })
class DatabaseModule {}

@Module({
  imports: [
    DatabaseModule,
    SagaBarrierModule.forRootAsync({
      imports: [DatabaseModule],
      inject: [Stock],
      useFactory: ({ transactions }: Stock) => ({ transactions }),
    }),
  ],
  controllers: [StockController, GuardedController],
})
export class StockModule {}
