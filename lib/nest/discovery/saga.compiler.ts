import {
  defineSaga,
  isSagaError,
  NOTHING_TO_UNDO,
  type RetiredSagaStep,
  type SagaDefinition,
  type SagaStep,
} from '../../core/index.js';
import {
  isGroup,
  namesOf,
  SAGA_OPTIONS,
  shown,
  STEP_OPTIONS,
  unknownProblems,
} from '../../core/definition/index.js';
import { resultCheck, schemaProblem } from '../validation/index.js';
import type { SagaMetadata, StepMetadata, StepSettings } from '../decorators/index.js';

type Instance = Record<string, unknown>;
type Call = (...args: unknown[]) => unknown;

const OF_A_SAGA = namesOf<SagaMetadata>({ name: true, input: true, ...SAGA_OPTIONS });
const OF_A_STEP = namesOf<StepSettings>({
  ...{ label: true, compensate: true, probe: true, result: true, onError: true, retired: true },
  ...STEP_OPTIONS,
});

/** What a decorator was given that is neither a name nor options, from JavaScript. */
function formProblem(decorator: string, given: unknown): string | undefined {
  if (isGroup(given)) return undefined;
  const got = typeof given === 'function' ? `${decorator.slice(0, -2)} without ()` : shown(given);
  return `${decorator} takes a name or an object of options (got ${got})`;
}

/**
 * Steps are called on the instance, late: a method that was replaced there (by a spy, a proxy) is
 * called. Never through Nest's external context: a global exception filter would turn a throw into
 * success.
 */
function caller(instance: Instance, method: string): Call {
  return (...args) => (instance[method] as Call)(...args);
}

function methodProblem(
  instance: Instance,
  option: string,
  method: string | symbol | undefined,
): string | undefined {
  if (method === undefined || method === NOTHING_TO_UNDO) return undefined;
  if (typeof method === 'string' && typeof instance[method] === 'function') return undefined;
  return `${option} names ${shown(method)}, which is not a method of the class`;
}

function stepProblems(instance: Instance, { method, settings }: StepMetadata): readonly string[] {
  const named = [
    typeof instance[method] === 'function'
      ? undefined
      : '@SagaStep() stands on what is no method; decorate a method',
    methodProblem(instance, 'compensate', settings.compensate),
    methodProblem(instance, 'probe', settings.probe),
    methodProblem(instance, 'onError', settings.onError),
    schemaProblem('result', settings.result),
    settings.retired === true && typeof settings.compensate !== 'string'
      ? 'a retired step needs a compensate: undoing is all it is kept for'
      : undefined,
    ...unknownProblems('@SagaStep()', settings, OF_A_STEP),
  ];
  return named.filter((problem) => problem !== undefined).map((problem) => `${method}: ${problem}`);
}

function compileStep(
  instance: Instance,
  { method, settings }: StepMetadata,
): SagaStep<unknown, never> {
  const { label = method, compensate, probe, result, onError } = settings;
  const options = Object.entries(settings).filter(([name]) => Object.hasOwn(STEP_OPTIONS, name));
  return {
    ...Object.fromEntries(options),
    label,
    action: caller(instance, method) as SagaStep<unknown, never>['action'],
    ...(compensate === undefined
      ? {}
      : { compensate: typeof compensate === 'string' ? caller(instance, compensate) : compensate }),
    ...(probe === undefined ? {} : { probe: caller(instance, probe) as never }),
    ...(result === undefined ? {} : { checkResult: resultCheck(result, label) }),
    ...(onError === undefined ? {} : { onError: caller(instance, onError) }),
  };
}

export type Compiled =
  { readonly definition: SagaDefinition } | { readonly problems: readonly string[] };

/** Turns a decorated instance into a definition, or reports all its problems. */
export function compileSaga(
  className: string,
  instance: object,
  given: SagaMetadata,
  decorated: readonly StepMetadata[],
): Compiled {
  const target = instance as Instance;
  const metadata = isGroup(given) ? given : {};
  const steps: readonly StepMetadata[] = decorated.map(({ method, settings }) => {
    return { method, settings: isGroup(settings) ? settings : {} };
  });
  const problems = [
    ...[formProblem('@Saga()', given) ?? []].flat(),
    ...decorated.flatMap(({ method, settings }) => {
      const problem = formProblem('@SagaStep()', settings);
      return problem === undefined ? [] : [`${method}: ${problem}`];
    }),
    ...unknownProblems('@Saga()', metadata, OF_A_SAGA),
    ...[schemaProblem('input', metadata.input) ?? []].flat(),
    ...steps.flatMap((step) => stepProblems(target, step)),
  ];
  const { name = className, version, onCompensationFailure }: SagaMetadata = metadata;
  const isRetired = ({ settings }: StepMetadata): boolean => settings.retired === true;
  const retired = steps
    .filter((step) => isRetired(step) && typeof step.settings.compensate === 'string')
    .map((step) => compileStep(target, step) as unknown as RetiredSagaStep<unknown>);
  const running = steps.filter((step) => !isRetired(step)).map((step) => compileStep(target, step));
  try {
    const definition = defineSaga(name, running, {
      ...(version === undefined ? {} : { version }),
      ...(onCompensationFailure === undefined ? {} : { onCompensationFailure }),
      retired,
      aliases: new Map(steps.map(({ method, settings: { label = method } }) => [method, label])),
    });
    return problems.length === 0 ? { definition } : { problems };
  } catch (error) {
    if (!isSagaError(error, 'SAGA_DEFINITION')) throw error;
    return { problems: [...problems, ...(error as unknown as { problems: string[] }).problems] };
  }
}
