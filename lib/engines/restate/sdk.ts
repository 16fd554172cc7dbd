import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SagaOptionsError } from '../../core/index.js';
import { fullMessageOf } from '../../core/engine/index.js';

export type RestateSdk = typeof import('@restatedev/restate-sdk');

/** The last version that does without `Promise.withResolvers`, which came with Node 22. */
const LAST_FOR_NODE_20 = [1, 12] as const;

function installedVersion(): string | undefined {
  try {
    const require = createRequire(join(process.cwd(), 'package.json'));
    return (require('@restatedev/restate-sdk/package.json') as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** @throws SagaOptionsError when every saga would fail inside the SDK, and its callers hang. */
export function checkRuntime(
  version: string | undefined,
  hasWithResolvers = 'withResolvers' in Promise,
): void {
  if (version === undefined || hasWithResolvers) return;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [lastMajor, lastMinor] = LAST_FOR_NODE_20;
  if (major < lastMajor || (major === lastMajor && minor <= lastMinor)) return;
  throw new SagaOptionsError(
    `@restatedev/restate-sdk ${version} needs Node 22 or newer (this is ${process.version}): ` +
      `install @restatedev/restate-sdk@${LAST_FOR_NODE_20.join('.')}, or a newer Node`,
  );
}

let loaded: Promise<RestateSdk> | undefined;

async function load(): Promise<RestateSdk> {
  checkRuntime(installedVersion());
  // Read once, when the SDK loads: without it every attempt is a line on the console.
  process.env['RESTATE_LOGGING'] ??= 'ERROR';
  try {
    return await import('@restatedev/restate-sdk');
  } catch (error) {
    throw new SagaOptionsError(
      `restateEngine() needs the package @restatedev/restate-sdk, which cannot be loaded ` +
        `(${fullMessageOf(error)}): npm install @restatedev/restate-sdk`,
      { cause: error },
    );
  }
}

/** The SDK, loaded when it is first needed: it is an optional peer. @throws SagaOptionsError */
export function restateSdk(): Promise<RestateSdk> {
  return (loaded ??= load());
}
