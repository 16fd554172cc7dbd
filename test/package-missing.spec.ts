import { defineSaga, silentLogger } from 'nestjs-saga-orchestrator';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { libsqlDriver } from '../lib/journals/sqlite/find-driver.js';

/** As Node refuses a package that is not installed. */
function mockMissing(name: string): never {
  const error = new Error(`Cannot find package '${name}' imported from app.js`);
  throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
}

jest.mock('pg', () => mockMissing('pg'));
jest.mock('libsql', () => mockMissing('libsql'));
jest.mock('@restatedev/restate-sdk', () => mockMissing('@restatedev/restate-sdk'));

const URL = 'http://127.0.0.1:1';

const NEEDS: readonly [name: string, use: () => Promise<unknown>][] = [
  ['pg', () => postgresJournal({ connectionString: 'postgres://127.0.0.1:1/none' }).open()],
  ['libsql', libsqlDriver],
  [
    '@restatedev/restate-sdk',
    () => {
      const options = { ingressUrl: URL, adminUrl: URL, service: { port: 0, host: '127.0.0.1' } };
      const engine = restateEngine(options).create({ logger: silentLogger });
      engine.register(defineSaga('Order', [{ label: 'Charge', action: () => 1 }]));
      return engine.recover().finally(() => engine.close());
    },
  ],
];

describe('an optional package that is not installed', () => {
  it.each(NEEDS)('%s: the error names it and says what to install', async (name, use) => {
    const error: unknown = await use().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'SAGA_OPTIONS', cause: { code: 'ERR_MODULE_NOT_FOUND' } });
    expect((error as Error).message).toContain(`npm install ${name}`);
  });
});
