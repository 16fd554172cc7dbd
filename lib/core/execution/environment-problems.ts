import {
  groupProblem,
  isGroup,
  methodsProblem,
  namesOf,
  unknownProblems,
} from '../definition/index.js';
import type { Clock, SagaInterceptor } from '../ports/index.js';
import type { RunEnvironment } from './run-environment.js';
import type { RunObserver } from './run.js';

const CLOCK = namesOf<Clock>({ now: true, monotonic: true, schedule: true });
const ENVIRONMENT = namesOf<RunEnvironment>({
  ...{ clock: true, ids: true, random: true, unknownWhen: true, interceptors: true },
  barrier: true,
});
const INTERCEPTOR = namesOf<SagaInterceptor>({ around: true });
/** `onLateEffect` may be left out. */
const OBSERVER = namesOf<Pick<RunObserver, 'onRecord'>>({ onRecord: true });

/** What is wrong with time, ids and chance as they were handed in; `undefined` is the default. */
export function environmentProblems(environment: unknown): readonly (string | undefined)[] {
  if (environment === undefined) return [];
  if (!isGroup(environment)) return [groupProblem('environment', environment)];
  return [
    ...unknownProblems('environment', environment, ENVIRONMENT),
    methodsProblem(
      'environment',
      environment,
      ['ids', 'random'],
      'an object with clock, ids and random',
    ),
    methodsProblem('environment.clock', environment['clock'], CLOCK, 'a clock, as systemClock is'),
    ...interceptorProblems(environment['interceptors']),
  ];
}

/** The same of those who are told of every record. */
export function observerProblems(observers: unknown): readonly (string | undefined)[] {
  return listProblems('observers', observers, OBSERVER);
}

/** The same of those who stand around each call. */
export function interceptorProblems(interceptors: unknown): readonly (string | undefined)[] {
  return listProblems('interceptors', interceptors, INTERCEPTOR);
}

function listProblems(
  option: string,
  list: unknown,
  methods: readonly string[],
): readonly (string | undefined)[] {
  if (list === undefined) return [];
  const rule = `a list of objects with ${methods.join(', ')}`;
  if (!Array.isArray(list)) return [methodsProblem(option, list, ['map'], rule)];
  return list.map((one) => methodsProblem(option, one, methods, rule));
}
