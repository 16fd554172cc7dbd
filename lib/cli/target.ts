import type { Journal } from '../core/index.js';
import { postgresJournal } from '../journals/postgres/index.js';
import { sqliteJournal } from '../journals/sqlite/index.js';
import { CliError } from './exit.js';

/** Where the sagas are kept. */
export type Target =
  | { readonly store: 'sqlite'; readonly file: string }
  | { readonly store: 'postgres'; readonly connectionString: string; readonly schema: string };

const POSTGRES = /^postgres(ql)?:\/\//;
const FORMS = 'sqlite:data/sagas.db, or postgres://user@host/database?schema=saga';

/** The schema is ours: the driver is told nothing of it. */
function postgresOf(address: string): Target {
  if (!URL.canParse(address)) {
    const encode = 'characters of a password such as / and # must be written as %2F and %23';
    throw new CliError(`The address of the journal is no URL (it is not shown): ${encode}`);
  }
  const url = new URL(address);
  const schema = url.searchParams.get('schema') ?? 'saga';
  const isOurs = url.searchParams.has('schema');
  url.searchParams.delete('schema');
  return { store: 'postgres', connectionString: isOurs ? url.href : address, schema };
}

/** @throws CliError for an address that names no journal; it is not repeated, it may hold a password */
export function targetOf(address: string): Target {
  if (POSTGRES.test(address)) return postgresOf(address);
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]+):(?:\/\/)?(.*)$/is.exec(address) ?? [];
  const file = scheme === undefined ? address : rest;
  if ((scheme === undefined || scheme === 'sqlite') && file !== '')
    return { store: 'sqlite', file };
  throw new CliError(`The address of the journal must be like ${FORMS}`);
}

/** `--journal`, else SAGA_JOURNAL, else DATABASE_URL. @throws CliError */
export function addressOf(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const address = given ?? (env['SAGA_JOURNAL'] || env['DATABASE_URL']);
  if (address !== undefined && address !== '') return address;
  throw new CliError(`Say where the sagas are, by --journal or SAGA_JOURNAL: ${FORMS}`);
}

/** A person waits: a server that is away is no longer waited for than this, in ms. */
const PATIENCE_MS = 1_000;

export function journalOf(target: Target, migrate: 'auto' | 'off'): Journal {
  if (target.store === 'sqlite') return sqliteJournal({ file: target.file, migrate });
  const { connectionString, schema } = target;
  return postgresJournal({ connectionString, schema, migrate, reconnectMs: PATIENCE_MS });
}
