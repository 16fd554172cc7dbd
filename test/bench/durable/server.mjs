import { bundle } from '../../support/bundle.mjs';

/**
 * A Postgres server of our own with the settings that it has by itself, so with fsync on; the one
 * that the tests use. `SAGA_TEST_POSTGRES_URL` names another one.
 */
export async function startServer() {
  const { start } = await import(await bundle('test/support/postgres-server.ts'));
  return start();
}
