import type { SagaLogger } from '../../core/index.js';
import { report } from '../../core/ports/index.js';
import type { DiscoveredSaga } from '../discovery/index.js';
import type { SagaModuleOptions } from '../saga-module-options.js';

/** What of sagas survives this process. */
export function isDurable({ engine, journal }: SagaModuleOptions): boolean {
  return engine !== undefined || (journal !== undefined && journal.isVolatile !== true);
}

/**
 * Warns at start-up of classes whose sagas are kept under the class's own name: a minifier, or a
 * renamed class, changes it, and what was kept under the old name is not resumed.
 */
export function reportUnnamedSagas(
  sagas: readonly DiscoveredSaga[],
  options: SagaModuleOptions,
  logger: SagaLogger,
): void {
  if (!isDurable(options)) return;
  const names = sagas.filter(({ isNamed }) => !isNamed).map(({ type }) => type.name);
  if (names.length === 0) return;
  report(
    logger,
    'warn',
    `The sagas of ${names.join(', ')} are kept under the names of their classes, which a minifier or a ` +
      'rename changes; nobody resumes them then. Give each a name that stays, as in ' +
      `@Saga('${names[0] ?? ''}')`,
    { sagas: names },
  );
}
