import type { SagaDefinition, SagaLogger } from '../../core/index.js';
import { report, shownWhole } from '../../core/ports/index.js';
import type { SagaModuleOptions } from '../saga-module-options.js';
import { isDurable } from './unnamed-sagas.js';

/** More names than that would hide what else the line says. */
const MAX_NAMES = 20;

function shownSagas(definitions: readonly SagaDefinition[]): string {
  if (definitions.length === 0) return 'no saga';
  const shown = definitions.slice(0, MAX_NAMES).map(({ name, steps }) => {
    const count = steps.length;
    return `${shownWhole(name)} (${count} step${count === 1 ? '' : 's'})`;
  });
  const more = definitions.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function whereKept(options: SagaModuleOptions): string {
  const { engine, journal, worker } = options;
  if (engine !== undefined) return `run by ${engine.description}`;
  if (journal === undefined || !isDurable(options))
    return 'kept in memory: they end with this process, also those that were answered with 202';
  const resumes = 'this process resumes those of processes that died';
  const doesNot = 'this process resumes none (worker: false), so another one must';
  return `kept in ${journal.description}; ${worker === false ? doesNot : resumes}`;
}

/** One line for each application: which sagas it knows, where they are kept, and who resumes them. */
export function reportStart(
  definitions: readonly SagaDefinition[],
  options: SagaModuleOptions,
  logger: SagaLogger,
): void {
  const { application } = options;
  const whose = application === undefined ? '' : ` of ${shownWhole(application)}`;
  report(logger, 'info', `Sagas${whose}: ${shownSagas(definitions)}; ${whereKept(options)}`);
}
