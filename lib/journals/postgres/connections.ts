import pg from 'pg';
import {
  AS_TEXT,
  ignore,
  lent,
  takeOut,
  type PgClient,
  type PgPool,
  type PgQuery,
} from './driver.js';
import { isLost } from './failures.js';
import type { PostgresJournalOptions, Settings } from './options.js';
import type { Send } from './reader.js';
import { prepareWriter } from './session.js';

/** How much longer than the server a client waits for the end of a statement, in ms. */
const GRACE_MS = 1_000;

/** How often a pool of somebody else's is asked whether it is to end, in ms: it does not tell. */
const LOOK_MS = 250;

function ownPool(options: PostgresJournalOptions, settings: Settings): PgPool {
  const { connectionString, connection } = options;
  return new pg.Pool({
    application_name: 'nestjs-saga-orchestrator',
    ...(connectionString === undefined ? connection : { connectionString }),
    max: settings.maxConnections,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    // A peer that is gone without a word is noticed while nothing is sent.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
}

/**
 * One connection for writing, and a pool for all else. A connection that failed is never used again:
 * nobody knows what is still on its way.
 */
export class Connections {
  readonly pool: PgPool;
  readonly #isOwn: boolean;
  #writer: PgClient | undefined;
  #writing = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(
    options: PostgresJournalOptions,
    private readonly settings: Settings,
    private readonly onNewWriter: () => void,
  ) {
    this.#isOwn = options.pool === undefined;
    this.pool = options.pool ?? ownPool(options, settings);
    // Connections at rest fail without anybody having asked them something.
    this.pool.on('error', ignore);
  }

  /** On any connection, planned for the values as they are. */
  readonly send: Send = (query) => lent(this.pool, (client) => this.sendOn(client, query));

  async sendOn(client: PgClient, query: PgQuery): ReturnType<Send> {
    const query_timeout = this.settings.statementTimeoutMs + GRACE_MS;
    const { rows } = await client.query({ query_timeout, ...query, types: AS_TEXT });
    return rows;
  }

  /** On the connection of the writer, which is made anew when it was lost. One call at a time. */
  async write<T>(work: (send: Send) => Promise<T>): Promise<T> {
    const writer = (this.#writer ??= await this.#connect());
    this.#writing = true;
    try {
      return await work((query) => this.sendOn(writer, query));
    } catch (error) {
      if (isLost(error)) this.#drop();
      throw error;
    } finally {
      this.#writing = false;
      // Here, too: where one write follows the other, the watch would always meet one.
      if (!this.#isOwn) this.#letEnd();
    }
  }

  /** A pool that was handed in stays open. */
  async close(): Promise<void> {
    const letGo = (): unknown => this.pool.removeListener('error', ignore);
    // Until it has ended, its errors are still the pool's.
    if (!this.#isOwn && this.#writer === undefined) letGo();
    else if (!this.#isOwn) this.#writer?.on('end', letGo);
    this.#drop();
    if (this.#isOwn) await this.pool.end();
  }

  async #connect(): Promise<PgClient> {
    const client = await takeOut(this.pool);
    try {
      await prepareWriter(client, this.settings.statementTimeoutMs);
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.onNewWriter();
    if (!this.#isOwn) this.#watch = setInterval(() => this.#letEnd(), LOOK_MS).unref();
    return client;
  }

  /**
   * The owner of the pool waits for our connection, and perhaps the journal is closed only after that.
   * What is to be written later fails; what is being written does not.
   */
  #letEnd(): void {
    if (this.pool.ending === true && !this.#writing) this.#drop();
  }

  #drop(): void {
    clearInterval(this.#watch);
    this.#writer?.release(true);
    this.#writer = undefined;
  }
}
