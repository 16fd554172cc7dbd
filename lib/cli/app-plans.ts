import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SagaDefinition } from '../core/index.js';
import { definitionProblem } from '../core/definition/index.js';
import { messageOf } from '../core/ports/index.js';
import type { Call } from './call.js';
import type { Options } from './command.js';
import { CliError, EXIT } from './exit.js';

export const APP: Options = {
  app: {
    type: 'string',
    value: '<file>',
    help: 'plans of an application: a file that exports its module, or definitions',
  },
};

type Class = abstract new (...args: never[]) => unknown;

/** What a decorator of Nest has written on it. */
function isModule(value: unknown): value is Class {
  const { getMetadataKeys } = Reflect as { getMetadataKeys?: (of: object) => readonly unknown[] };
  if (typeof value !== 'function' || getMetadataKeys === undefined) return false;
  const keys = getMetadataKeys(value);
  return ['imports', 'providers', 'controllers', 'exports'].some((key) => keys.includes(key));
}

/** All that a file exports, of either module format. */
async function exportsOf(file: string): Promise<readonly unknown[]> {
  const loaded = (await import(pathToFileURL(resolve(file)).href).catch((error: unknown) => {
    throw new CliError(`--app cannot be loaded: ${messageOf(error)}`, EXIT.failed);
  })) as Readonly<Record<string, unknown>>;
  const { default: standard } = loaded;
  const more: Readonly<Record<string, unknown>> =
    typeof standard === 'object' && standard !== null ? { ...standard } : {};
  return [...new Set<unknown>([...Object.values(loaded), ...Object.values(more)])];
}

/** Of `--app`, by name, the newest first; `undefined` where it is not given. @throws CliError */
export async function appPlans(call: Call): Promise<readonly SagaDefinition[] | undefined> {
  const file = call.text('app');
  if (file === undefined) return undefined;
  const all = await exportsOf(file);
  const defined = all.filter((one) => definitionProblem('', one) === undefined);
  const modules = all.filter(isModule);
  // No other command waits for Nest to be loaded.
  const found =
    modules.length === 0
      ? []
      : await (await import('../nest/index.js')).definitionsIn(modules as never);
  const plans = [...(defined as readonly SagaDefinition[]), ...found];
  if (plans.length === 0)
    throw new CliError(
      '--app must be a file that exports a module of Nest with sagas, or definitions',
    );
  return plans.toSorted((one, other) => other.version - one.version);
}
