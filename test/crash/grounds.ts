import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqlite, type StoreKind } from './stores.js';
import type { Ground } from './sweep.js';

/** Long, so that a busy machine does not end what lives. */
const LEASE_MS = 5_000;

/** Makes the stores for a test, and takes them away afterwards. Those of a failure are kept. */
export async function grounds(
  test: (
    stores: readonly StoreKind[],
    newGround: (kind: StoreKind, leaseMs?: number) => Promise<Ground>,
  ) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'saga-crash-'));
  let made = 0;
  const newGround = async (kind: StoreKind, leaseMs = LEASE_MS): Promise<Ground> => {
    const directory = mkdtempSync(join(root, `${kind.name}-`));
    return { directory, store: kind.config(directory, `journal-${(made += 1)}`), leaseMs };
  };
  await test([sqlite], newGround);
  rmSync(root, { recursive: true, force: true });
}
