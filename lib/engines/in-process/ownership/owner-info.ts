import { hostname } from 'node:os';
import type { OwnerInfo } from '../../../core/index.js';
import { type DefinitionRegistry, PACKAGE_VERSION } from '../../../core/engine/index.js';

/** What this process says of itself; `appVersion` is known where npm has started it. */
export function ownerInfo(
  application: string,
  registry: DefinitionRegistry,
  { worker, draining }: Pick<OwnerInfo, 'worker' | 'draining'>,
): OwnerInfo {
  const { npm_package_version: appVersion } = process.env;
  return {
    application,
    host: hostname(),
    pid: process.pid,
    node: process.version,
    packageVersion: PACKAGE_VERSION,
    ...(appVersion === undefined ? {} : { appVersion }),
    sagas: registry.all.map(({ name, version, fingerprint }) => ({ name, version, fingerprint })),
    worker,
    draining,
  };
}
