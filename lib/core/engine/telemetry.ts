import type { RunObserver } from '../execution/index.js';
import type { Journal } from '../journal/index.js';
import type { SagaInterceptor } from '../ports/index.js';
import type { SagaEngine } from './saga-engine.js';
import type { StartHeaders } from './start-headers.js';

/**
 * What a tracing library hangs into an application: `sagaTelemetry()` of `./otel`, or one of your own. Each hook is
 * read once, when the application starts; what is absent costs nothing.
 */
export interface SagaTelemetry {
  /** Told of every record, before the observers of the application. */
  readonly observers?: readonly RunObserver[] | undefined;
  /** Around each call, outside the interceptors of the application. */
  readonly interceptors?: readonly SagaInterceptor[] | undefined;
  /** Kept with every saga; where both have a name, that of the application counts. */
  readonly startHeaders?: StartHeaders | undefined;
  /** Gives the journal to use in place of the given one: as it, and watched. */
  readonly instrumentJournal?: ((journal: Journal) => Journal) | undefined;
  /** Is given the engine, to ask it for numbers. What it returns is called when the application shuts down. */
  readonly watch?: ((engine: SagaEngine) => () => void) | undefined;
}
