import type { FactoryProvider, INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  NOTHING_TO_UNDO,
  Saga,
  SagaModule,
  SagaOperations,
  SagaOrchestratorFactory,
  SagaStep,
  type ISagaContext,
  type Journal,
  type SagaHandle,
  type SagaTransactions,
} from 'nestjs-saga-orchestrator';
import { TransferMoney } from './steps.js';
import { RecordingLogger } from '../../support/recording-logger.js';

/** One client, connected to one database. */
export interface Client<Tx = any> {
  /** How the application provides its transactions. */
  readonly transactions: Pick<FactoryProvider<SagaTransactions<Tx>>, 'inject' | 'useFactory'>;
  readonly imports?: ModuleMetadata['imports'];
  /** What it hands out as a transaction is a connection, which the application may use on. */
  readonly lendsConnections?: boolean;
  /** It takes no isolation level for one transaction. */
  readonly takesNoLevel?: boolean;
  /** What one may take for a transaction, and is none. */
  readonly database: unknown;
  /** Inserts an order of the application's, in the client's own words. */
  order(tx: Tx, id: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/** A place for one application: a database, and a journal in it. */
export interface Site {
  readonly kind: 'postgres' | 'sqlite';
  /** To the database of the journal. */
  client(): Promise<Client>;
  /** To another one, which has orders, too. */
  clientElsewhere(): Promise<Client>;
  journal(): Journal;
  /** The journal's table of sagas. */
  readonly sagas: string;
  /** On SQLite, the journal through another library than the client's. */
  journalOfAnotherLibrary?(): Journal;
  /** The ids of all orders, as another session sees them. */
  orders(): Promise<readonly string[]>;
  /** On Postgres, ends all sessions that have a transaction open and do nothing. */
  endIdleTransactions?(): Promise<void>;
}

export interface Order {
  readonly id: string;
  readonly note?: string;
}

export const TRANSACTIONS = Symbol('transactions');
export const shipped: Order[] = [];

@Saga('PlaceOrder')
@Injectable()
class PlaceOrder {
  @SagaStep({ compensate: NOTHING_TO_UNDO })
  ship({ context }: ISagaContext<Order>): void {
    shipped.push(context);
  }
}

/** A real application, with its client and its journal. */
export class Shop {
  readonly logger = new RecordingLogger();
  losesCommits = false;
  readonly #opened: { close(): Promise<unknown> }[] = [];
  #app: INestApplicationContext | undefined;
  #client: Client | undefined;

  constructor(readonly site: Site) {}

  /** Without a journal: it has transactions, and no sagas. */
  async start(
    opened: Promise<Client> = this.site.client(),
    journal: Journal | null = this.site.journal(),
  ): Promise<this> {
    const client = this.closing(await opened);
    this.#client = client;
    const { logger } = this;
    const testing = await Test.createTestingModule({
      imports: [
        ...(journal === null
          ? []
          : [SagaModule.forRoot({ journal, transactions: TRANSACTIONS, logger })]),
        ...(client.imports ?? []),
      ],
      providers: [
        ...[PlaceOrder, TransferMoney],
        { provide: TRANSACTIONS, ...this.#losing(client.transactions) },
      ],
    })
      .setLogger(false as never)
      .compile();
    const app = testing.createNestApplication();
    this.#app = this.closing(app);
    await app.init();
    return this;
  }

  closing<T extends { close(): Promise<unknown> }>(it: T): T {
    this.#opened.push(it);
    return it;
  }

  async close(): Promise<void> {
    for (const it of this.#opened.splice(0).reverse()) await it.close();
  }

  /** With answers to COMMIT that are lost, where the test wants that. */
  #losing({ inject = [], useFactory }: Client['transactions']): Client['transactions'] {
    const made = (...args: unknown[]): SagaTransactions<any> => {
      const sound = useFactory(...args) as SagaTransactions<any>;
      const run: typeof sound.run = async (work, options) => {
        const value = await sound.run(work, options);
        if (this.losesCommits) throw new Error('Connection terminated unexpectedly');
        return value;
      };
      return { ...sound, run };
    };
    return { inject, useFactory: made };
  }

  get starter(): SagaOrchestratorFactory {
    return (this.#app as INestApplicationContext).get(SagaOrchestratorFactory);
  }

  get client(): Client {
    return this.#client as Client;
  }

  get transactions(): SagaTransactions<any> {
    return (this.#app as INestApplicationContext).get(TRANSACTIONS);
  }

  get operations(): SagaOperations {
    return (this.#app as INestApplicationContext).get(SagaOperations);
  }

  /** Starts the saga of an order; in the transaction, if there is one. */
  saga(order: Order, transaction?: unknown): Promise<SagaHandle> {
    const { id } = order;
    const sagas = (this.#app as INestApplicationContext).get(SagaOrchestratorFactory);
    const options = transaction === undefined ? { id } : { id, transaction };
    return sagas.for(PlaceOrder, order, options).start();
  }

  /** An order and its saga, both or neither. */
  async place(tx: unknown, order: Order): Promise<SagaHandle> {
    await this.client.order(tx, order.id);
    return this.saga(order, tx);
  }

  async sagas(): Promise<readonly string[]> {
    const { sagas } = await this.operations.list({});
    return sagas.map(({ id }) => id).toSorted();
  }
}
