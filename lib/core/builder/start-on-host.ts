import type { SagaDefinition } from '../definition/index.js';
import type { RunView } from './run-view.js';
import type { SagaHandle, SagaHost, SagaStartOptions } from './saga-host.js';

/** Starts a chain on its host, and lets the chain's view show the saga as far as it is known here. */
export async function startOnHost(
  host: SagaHost,
  definition: SagaDefinition,
  context: unknown,
  options: SagaStartOptions & { readonly resumeFrom?: string },
  view: RunView,
  waits = false,
): Promise<SagaHandle> {
  const handle =
    waits && host.begin !== undefined
      ? await host.begin(definition, context, options)
      : await host.start(definition, context, options);
  view.run = handle.saga;
  const result = handle.result().then(
    (run) => {
      view.run = handle.saga ?? run;
      return run;
    },
    (error: unknown) => {
      // A failed saga has results and data to look at, too.
      view.run = handle.saga ?? view.run;
      throw error;
    },
  );
  result.catch(() => undefined);
  return { id: handle.id, result: () => result };
}
