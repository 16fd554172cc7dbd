import { SagaCancelledError } from '../../core/index.js';
import { SagaStateError } from '../../core/errors/index.js';
import { withdrawIntent, type Run } from '../../core/execution/index.js';
import type { PayloadCodec } from '../../core/journal/index.js';
import {
  firstOpenLabel,
  refusalOfManual,
  resumeRecord,
  takesCancel,
  type SagaRecord,
} from '../../core/machine/index.js';
import type { Wish } from './wire.js';
import { shownSaga } from '../../core/ports/index.js';

type ManualAsked = Extract<Wish, { readonly kind: 'manual' }>;

function manualRecord(run: Run, { wish, result, by, reason }: ManualAsked, codec: PayloadCodec) {
  if (wish.act !== 'mark-done') return { type: 'manual', ...wish, by, reason } as const;
  const { act, label } = wish;
  const pivot = run.definition.step(label)?.policy.pivot ?? false;
  const value = result === undefined ? undefined : codec.decode(result);
  return { type: 'manual', act, label, result: value, pivot, by, reason } as const;
}

/** What a wish to resume adds; `undefined` when the saga is not parked any more. */
function resumed(run: Run, from: string | undefined): SagaRecord | undefined {
  if (run.state.status !== 'parked') return undefined;
  try {
    return resumeRecord(
      run.definition,
      run.state,
      from ?? firstOpenLabel(run.definition, run.state),
    );
  } catch {
    return undefined;
  }
}

/**
 * Notes a wish, unless the saga has gone on since and it does not fit any more: who wished was told
 * what stood in its way then.
 *
 * @param begun Whether the effect that was announced last has begun.
 * @returns whether it changed what comes next.
 */
export function grant(run: Run, wish: Wish, codec: PayloadCodec, begun: boolean): boolean {
  switch (wish.kind) {
    case 'cancel': {
      if (!takesCancel(run.state)) return false;
      if (!begun) withdrawIntent(run, new SagaCancelledError(wish.reason, wish.by));
      run.requestCancel(wish.by, wish.reason);
      return true;
    }
    case 'resume': {
      const record = resumed(run, wish.from);
      if (record !== undefined) run.note(record);
      return record !== undefined;
    }
    case 'manual': {
      if (refusalOfManual(run.state, wish.wish) !== undefined) return false;
      const error = new SagaStateError(
        `Saga ${shownSaga(run.sagaName, run.sagaId)} was terminated`,
      );
      const terminates = wish.wish.act === 'terminate';
      if (terminates && !begun) withdrawIntent(run, error);
      run.note(manualRecord(run, wish, codec));
      if (terminates) run.stop(error, 'now');
      else run.unstop();
      return true;
    }
  }
}
