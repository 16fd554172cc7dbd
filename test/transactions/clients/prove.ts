import { removeTempFolders } from '../../journals/temp-folder.js';
import { start, type PostgresServer } from '../../support/postgres-server.js';
import { transactionContract } from './contract.js';
import { postgresSites, sqliteSite, type Sites, type SqliteLibrary } from './sites.js';
import { shipped, Shop, type Client, type Site } from './stand.js';

/** How a client is opened where it can: with a URL of Postgres, with a file. */
export interface Opened {
  readonly postgres?: (url: string) => Promise<Client>;
  readonly sqlite?: readonly [SqliteLibrary, (file: string) => Promise<Client>];
}

/** Runs the contract with a client: each case in an application of its own, with a journal of its own. */
export function prove(name: string, { postgres, sqlite }: Opened): void {
  if (postgres !== undefined) {
    describe(`${name} on Postgres`, () => all('postgres', postgresSiteOf(postgres)));
  }
  if (sqlite !== undefined) {
    describe(`${name} on SQLite`, () => all('sqlite', () => sqliteSite(...sqlite)));
  }
}

function all(kind: Site['kind'], site: () => Promise<Site>): void {
  afterAll(removeTempFolders);
  const cases = transactionContract.filter(({ on }) => on === undefined || on === kind);
  it.each(cases)('$name', ({ run }) => within(site, run));
}

/** A busy machine makes a server slowly. */
export const PATIENCE_MS = 120_000;

/** To be called where tests are described. */
export function postgresSiteOf(open: (url: string) => Promise<Client>): () => Promise<Site> {
  let server: PostgresServer;
  let sites: Sites;
  beforeAll(async () => {
    server = await start(['fsync=off']);
    sites = await postgresSites(server.url, open);
  }, PATIENCE_MS);
  afterAll(async () => {
    await sites.dispose();
    await server.stop();
  }, PATIENCE_MS);
  return () => sites.next();
}

/** Runs one case, and ends all that it has opened. */
export async function within(
  site: () => Promise<Site>,
  run: (shop: Shop) => Promise<unknown>,
): Promise<void> {
  const shop = new Shop(await site());
  shipped.length = 0;
  try {
    await run(shop);
  } finally {
    await shop.close();
  }
}
