import 'reflect-metadata';
import { stepMetadataOf } from './saga-metadata.accessor.js';

/** Under which key Nest keeps what each of its decorators was given. */
const DECORATORS: Readonly<Record<string, string>> = {
  __interceptors__: '@UseInterceptors()',
  __guards__: '@UseGuards()',
  __pipes__: '@UsePipes()',
  __exceptionFilters__: '@UseFilters()',
};

function decoratorsOn(target: unknown): readonly string[] {
  if (typeof target !== 'function') return [];
  return Object.entries(DECORATORS)
    .filter(([key]) => Reflect.hasMetadata(key, target))
    .map(([, decorator]) => decorator);
}

/** The methods of a saga class that are called as steps, undos, probes and hooks. */
function calledMethods(type: new (...args: never[]) => object): ReadonlySet<string> {
  const named = stepMetadataOf(type).flatMap(({ method, settings }) => [
    method,
    settings.compensate,
    settings.probe,
    settings.onError,
  ]);
  return new Set(named.filter((name) => typeof name === 'string'));
}

/**
 * What stands on a saga class or its methods and does nothing there: Nest applies guards, interceptors,
 * pipes and filters to what answers requests. A line for each, 'Order.charge: @UseInterceptors()'.
 */
export function ignoredEnhancers(type: new (...args: never[]) => object): readonly string[] {
  const prototype = type.prototype as Readonly<Record<string, unknown>>;
  const ofClass = decoratorsOn(type).map((decorator) => `${type.name}: ${decorator}`);
  const ofMethods = [...calledMethods(type)].flatMap((method) =>
    decoratorsOn(prototype[method]).map((decorator) => `${type.name}.${method}: ${decorator}`),
  );
  return [...ofClass, ...ofMethods];
}
