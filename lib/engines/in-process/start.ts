import type { SagaDefinition, SagaEngine, SagaHandle } from '../../core/index.js';
import { encodeInput, startRequest, withStartHeaders } from '../../core/engine/index.js';
import type { Assembled } from './assemble.js';
import type { InProcessEngineOptions } from './engine-options.js';

export type StartOptions = Parameters<SagaEngine['start']>[2];

/** Of the engine whose saga is started. */
interface Starting {
  readonly its: Assembled;
  readonly options: InProcessEngineOptions;
  readonly open: () => Promise<void>;
  /** `undefined`: it may own sagas, and nothing has to be waited for. */
  readonly ready: () => Promise<void> | undefined;
}

/**
 * Starts a saga. Not `async`: where nothing has to be waited for first, a start makes no promise of its own.
 *
 * @throws SagaOptionsError, SagaSerializationError for what cannot be started.
 */
export function startSaga(
  { its, options: { startHeaders }, open, ready }: Starting,
  definition: SagaDefinition,
  context: unknown,
  options: StartOptions,
): Promise<SagaHandle> {
  const { environment, logger, reader, storing, starts, operations, inTransaction } = its;
  const { transaction, resumeFrom } = options;
  const given = transaction === undefined ? options : { ...options, transaction: undefined };
  const checked = startRequest(given, environment.ids, environment.clock.now());
  const request = withStartHeaders(checked, startHeaders, definition.name, logger);
  const input = encodeInput(storing, reader.refOf(definition.name, request.id), context, logger);
  if (transaction !== undefined) {
    // It owns nothing yet; and on SQLite no heartbeat could be written while that transaction is open.
    return open().then(() => inTransaction.start(definition, request, input, transaction));
  }
  const begin = (): Promise<SagaHandle> =>
    resumeFrom === undefined
      ? starts.start(definition, request, input)
      : operations.resume.orStart(definition, request, input, resumeFrom);
  const waiting = ready();
  return waiting === undefined ? begin() : waiting.then(begin);
}
