import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startOurs } from './ours.mjs';
import { countEnded } from './restate-sql.mjs';

/** Our sagas on a Restate server, by the one option. */
export async function startRestate({ ingressUrl, adminUrl, port, ...config }, ledger) {
  const { restateEngine } = await import(
    pathToFileURL(join(config.lib, 'engines/restate/index.js')).href
  );
  const engine = restateEngine({ ingressUrl, adminUrl, service: { port } });
  const ours = await startOurs(config, ledger, { engine });
  return { ...ours, ended: await countEnded(adminUrl, 'PlaceOrder') };
}
