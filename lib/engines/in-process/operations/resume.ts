import type { SagaDefinition, SagaHandle, SagaRef } from '../../../core/index.js';
import {
  accept,
  checkFrom,
  type ResumeSignal,
  type StartRequest,
} from '../../../core/engine/index.js';
import type { ActiveRuns, SagaReader, Starts } from '../runs/index.js';
import type { AuditedAct } from './audit.js';
import type { TakeUp } from './take-up.js';

/** Sends sagas that were parked forward again. */
export class Resume {
  constructor(
    private readonly live: ActiveRuns,
    private readonly reader: SagaReader,
    private readonly takeUp: TakeUp,
    private readonly starts: Starts,
  ) {}

  /** Of a start that goes on from a step: the saga of that id, or a new one. @throws as {@link perform} does */
  async orStart(
    definition: SagaDefinition,
    request: StartRequest,
    input: string,
    from: string,
  ): Promise<SagaHandle> {
    const ref = this.reader.refOf(definition.name, request.id);
    if (await this.starts.isKnown(ref, input)) return this.perform(ref, from, definition);
    return this.starts.start(definition, request, input, from);
  }

  /** By its own plan, unless another one is given. @throws SagaNotFoundError, or SagaStateError when it is refused. */
  async perform(
    ref: SagaRef,
    from?: string,
    definition?: SagaDefinition,
    audited?: AuditedAct,
  ): Promise<SagaHandle> {
    const { by, reason } = audited?.entry ?? {};
    const who = by === undefined || reason === undefined ? {} : { by, reason };
    const signal: ResumeSignal = { type: 'resume', ...(from !== undefined && { from }), ...who };
    const atWork = await this.live.whileActive(ref, ({ handle, run }) => {
      checkFrom(ref, run.definition, signal);
      // Refused as it would be once it was compensated.
      if (run.state.cause !== undefined) accept(ref, run.definition, run.state, signal);
      return handle;
    });
    if (atWork !== undefined) return atWork;
    const seen = await this.reader.view(ref, definition);
    checkFrom(ref, seen.definition, signal);
    if (seen.isSuccess) return { id: ref.id, saga: seen, result: () => Promise.resolve(seen) };
    accept(ref, seen.definition, seen.state, signal);
    return this.takeUp.byRef(ref, seen.definition, signal, audited);
  }
}
