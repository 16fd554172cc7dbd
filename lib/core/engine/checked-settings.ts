import {
  isGroup,
  loggerProblem,
  methodsProblem,
  nameProblem,
  namesOf,
  rangesProblems,
  shown,
  unknownProblems,
  wholeProblem,
} from '../definition/index.js';
import { environmentProblems, interceptorProblems, observerProblems } from '../execution/index.js';
import { LIMIT_RANGES, type PayloadCodec } from '../journal/index.js';
import { LONGEST_TIMER_MS } from '../ports/index.js';
import type { EngineSettings } from './engine-provider.js';
import { redactProblems } from './redact-problems.js';

const CODEC = ['encode', 'decode'] as const satisfies readonly (keyof PayloadCodec)[];

/** The options that every engine knows. */
export const SETTINGS: Readonly<Record<keyof EngineSettings, true>> = {
  ...{ logger: true, environment: true, codec: true, limits: true, observers: true },
  ...{ drainMs: true, application: true, unknownWhen: true, interceptors: true },
  ...{ startHeaders: true, redact: true, barrier: true },
};
const OF_ANY_ENGINE = namesOf<EngineSettings>(SETTINGS);
/** The names that no engine knows; {@link settingsProblems} checks the values of the others. */
export function unknownSettings(settings: EngineSettings): readonly string[] {
  return unknownProblems('an engine', settings, OF_ANY_ENGINE);
}

export function codecProblem(codec: unknown): string | undefined {
  const problem = methodsProblem('codec', codec, CODEC, 'an object with encode and decode');
  if (problem !== undefined) return problem;
  const { forSaga } = codec as Readonly<Record<string, unknown>>;
  if (forSaga === undefined || typeof forSaga === 'function') return undefined;
  return `codec.forSaga must be a function of a saga (got ${shown(forSaga)})`;
}

/** Everything that is wrong with what any engine is given. `undefined` means the default. */
export function settingsProblems(settings: EngineSettings): readonly (string | undefined)[] {
  const { logger, application, environment, codec, limits } = settings;
  const { observers, interceptors, drainMs, unknownWhen, startHeaders, redact, barrier } = settings;
  return [
    application === undefined || application === ''
      ? undefined
      : nameProblem('application', application),
    loggerProblem(logger),
    ...environmentProblems(environment),
    codec === undefined ? undefined : codecProblem(codec),
    ...rangesProblems('limits', limits, LIMIT_RANGES),
    ...observerProblems(observers),
    ...interceptorProblems(interceptors),
    drainMs === undefined ? undefined : wholeProblem('drainMs', drainMs, 0, LONGEST_TIMER_MS),
    startHeaders === undefined || typeof startHeaders === 'function'
      ? undefined
      : `startHeaders must be a function that answers headers (got ${shown(startHeaders)})`,
    unknownWhen === undefined || typeof unknownWhen === 'function'
      ? undefined
      : `unknownWhen must be a function of an error (got ${shown(unknownWhen)})`,
    // Not read: a provider's is there only later.
    barrier === undefined || (isGroup(barrier) && 'steps' in barrier)
      ? undefined
      : `barrier must be a SagaBarrier of ./participant (got ${shown(barrier)})`,
    ...redactProblems(redact),
  ];
}
