import type { Journal, SagaTelemetry, StartHeaders } from '../core/index.js';
import { memoryJournal } from '../journals/memory/index.js';
import type { SagaModuleOptions } from './saga-module-options.js';

/** Those of the application have the last word. */
function bothHeaders(ours: StartHeaders, theirs: StartHeaders | undefined): StartHeaders {
  if (theirs === undefined) return ours;
  return (saga) => {
    const its = theirs(saga);
    const added = ours(saga);
    // What is no object is reported where it is used.
    return its === undefined || (typeof its === 'object' && !(its instanceof Promise))
      ? { ...added, ...its }
      : its;
  };
}

/** Ours come first. Anything but a list is reported with all other problems. */
export function ahead<T>(ours: readonly T[], theirs: readonly T[] = []): readonly T[] {
  return Array.isArray(theirs) ? [...ours, ...(theirs as readonly T[])] : theirs;
}

/** The journal to use: watched, where it is a journal, and one is wanted. */
function watched({ journal, engine }: SagaModuleOptions, telemetry: SagaTelemetry) {
  const { instrumentJournal } = telemetry;
  if (instrumentJournal === undefined || engine !== undefined) return journal;
  const its: Journal = journal === undefined ? memoryJournal() : journal;
  return typeof its === 'object' && its !== null ? instrumentJournal(its) : its;
}

/** The options with what telemetry hangs in; as they are where there is none. */
export function withTelemetry(options: SagaModuleOptions): SagaModuleOptions {
  const { telemetry, ...others } = options;
  if (telemetry === undefined) return options;
  const { observers = [], interceptors = [] } = telemetry;
  const ours = telemetry.startHeaders;
  const journal = watched(others, telemetry);
  return {
    ...others,
    observers: ahead(observers, others.observers),
    interceptors: ahead(interceptors, others.interceptors),
    ...(ours === undefined ? {} : { startHeaders: bothHeaders(ours, others.startHeaders) }),
    ...(journal === undefined ? {} : { journal }),
  };
}
