import type { Journal } from '../../core/index.js';
import { ERROR_TYPE } from './attributes.js';
import type { ErrorTypes } from './error-type.js';
import type { Guard } from './guard.js';
import type { SagaMetrics } from './metrics.js';

type Call = (...args: unknown[]) => unknown;

/** What is measured: not what is done in the application's own transactions, nor requests of operators, nor the insight. */
const OPERATIONS: ReadonlySet<string | symbol> = new Set<keyof Journal>([
  ...(['create', 'append', 'load', 'get', 'list', 'heartbeat', 'claim', 'release'] as const),
  ...(['requestCancel', 'forget', 'abandoned'] as const),
]);

/** The first word of what a journal says of itself: `sqlite`, `postgres`. */
function systemOf({ description }: Journal): string {
  return /^[\w-]{1,32}/.exec(description)?.[0].toLowerCase() ?? 'other';
}

/** The same journal, whose calls are timed. */
export function timed(
  journal: Journal,
  { metrics, errors, guard }: { metrics: SagaMetrics; errors: ErrorTypes; guard: Guard },
): Journal {
  const system = systemOf(journal);
  const methods = new Map<string | symbol, Call>();
  const watched =
    (operation: string, call: Call): Call =>
    (...args) => {
      const began = performance.now();
      const told = (more = {}): void =>
        void guard.call(() => metrics.asked(system, operation, performance.now() - began, more));
      const returned = call(...args);
      if (returned instanceof Promise) {
        returned.then(
          () => told(),
          (error: unknown) => told({ [ERROR_TYPE]: errors.of(error) }),
        );
      }
      return returned;
    };
  return new Proxy(journal, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      let method = methods.get(name);
      if (method === undefined) {
        const call = (value as Call).bind(target);
        method = OPERATIONS.has(name) ? watched(String(name), call) : call;
        methods.set(name, method);
      }
      return method;
    },
  });
}
