import {
  AS_TEXT,
  ignore,
  withClient,
  LOOK_MS,
  takeOut,
  transaction,
  type PgClient,
  type PgPool,
  type PgQuery,
} from './driver.js';
import { isLost } from './failures.js';
import type { Settings } from './options.js';
import type { Pools } from './pools.js';
import type { Send } from './reader.js';
import { prepareWriter } from './session.js';

/** How much longer than the server a client waits for the end of a statement, in ms. */
const GRACE_MS = 1_000;

/**
 * One connection for writing, one for heartbeats, and pools for all else. A connection that failed is
 * never used again: what was sent on it may still arrive.
 */
export class Connections {
  /** The application's, or our own. */
  readonly pool: PgPool;
  readonly #isOwn: boolean;
  #writer: PgClient | undefined;
  #writing = false;
  #watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly pools: Pools,
    private readonly settings: Settings,
    private readonly onNewWriter: () => void,
  ) {
    this.pool = pools.shared;
    this.#isOwn = pools.own.includes(this.pool);
    // Idle connections may fail, too.
    for (const pool of new Set([this.pool, ...pools.own])) pool.on('error', ignore);
  }

  /** Connects what must never wait for a connection later, behind the queries of the application. */
  async prepare(): Promise<void> {
    const connect = async (): Promise<void> => {
      this.#writer ??= await this.#connect();
    };
    // A pool of our own keeps one for reading, too, that is connected.
    await (this.#isOwn ? withClient(this.pool, connect) : connect());
    await withClient(this.pools.heartbeats, () => Promise.resolve());
  }

  /** On a connection for nothing else. */
  readonly beat: Send = (query) =>
    withClient(this.pools.heartbeats, (client) => this.sendOn(client, query));

  /** On a connection that the application does not use. */
  readonly act: Send = (query) =>
    withClient(this.pools.acts, (client) => this.sendOn(client, query));

  /** On any connection, planned for the values as they are. */
  readonly send: Send = (query) => withClient(this.pool, (client) => this.sendOn(client, query));

  async sendOn(client: PgClient, query: PgQuery): ReturnType<Send> {
    const query_timeout = this.settings.statementTimeoutMs + GRACE_MS;
    const { rows } = await client.query({ query_timeout, ...query, types: AS_TEXT });
    return rows;
  }

  /** One transaction on any connection, which waits for a lock but so long. */
  readonly apart = <T>(wait: PgQuery, work: (send: Send) => Promise<T>): Promise<T> =>
    withClient(this.pool, (client) =>
      transaction(client, async () => {
        await this.sendOn(client, wait);
        return work((query) => this.sendOn(client, query));
      }),
    );

  /** One transaction on a connection that the application does not use. */
  readonly acts = <T>(work: (send: Send) => Promise<T>): Promise<T> =>
    withClient(this.pools.acts, (client) =>
      transaction(client, () => work((query) => this.sendOn(client, query))),
    );

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
      // Looked at here, too: where write follows write, the watch would always find one under way.
      if (!this.#isOwn) this.#letEnd();
    }
  }

  /** A pool that the application handed in stays open. */
  async close(): Promise<void> {
    const letGo = (): unknown => this.pool.removeListener('error', ignore);
    // Until it has ended, its errors are still the pool's.
    if (!this.#isOwn && this.#writer === undefined) letGo();
    else if (!this.#isOwn) this.#writer?.on('end', letGo);
    this.#drop();
    await Promise.all(this.pools.own.map((pool) => pool.end()));
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
   * The application that ends its pool waits for our connection, and perhaps closes the journal only
   * after that. What is to be written later fails; what is being written does not.
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
