import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Client } from 'pg';

/** What `mkdtemp` ends a name with may be in upper case, which a schema's name may not. */
function schemaOf(folder: string): string {
  return basename(folder).toLowerCase().replaceAll('-', '_');
}

/**
 * Books and sagas that nobody else uses, for this process and its children: what an earlier run left in
 * a shared Postgres would otherwise be resumed with the books of this one.
 */
export function freshStore(): { remove(): Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'saga-demo-'));
  const schema = schemaOf(folder);
  process.env['SAGA_DATA_DIR'] = folder;
  process.env['SAGA_SCHEMA'] = schema;
  // Also when it was interrupted, or has failed.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const connectionString = process.env['DATABASE_URL'];
  return {
    async remove() {
      if (!connectionString) return;
      const client = new Client({ connectionString });
      await client.connect();
      await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
      await client.end();
    },
  };
}
