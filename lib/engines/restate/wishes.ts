import {
  type PayloadCodec,
  receive,
  SagaCancelledError,
  type SagaSignal,
  SagaStateError,
} from '../../core/index.js';
import { deliver, type Run, shownSaga, withdrawIntent } from '../../core/engine/index.js';
import type { Wish } from './wire.js';

function signalOf(wish: Wish, codec: PayloadCodec): SagaSignal {
  switch (wish.kind) {
    case 'cancel':
      return { type: 'cancel', by: wish.by, reason: wish.reason };
    case 'resume':
      return { type: 'resume', ...(wish.from !== undefined && { from: wish.from }) };
    case 'manual': {
      const { by, reason, result } = wish;
      const value = result === undefined ? {} : { result: codec.decode(result) };
      return { type: 'command', command: { ...wish.wish, ...value }, by, reason };
    }
  }
}

/** Why what is in flight is not to be noted any more; `undefined` when it is. */
function endOf({ sagaName, sagaId }: Run, wish: Wish): Error | undefined {
  if (wish.kind === 'cancel') return new SagaCancelledError(wish.reason, wish.by);
  if (wish.kind !== 'manual' || wish.wish.act !== 'terminate') return undefined;
  return new SagaStateError(`Saga ${shownSaga(sagaName, sagaId)} was terminated`);
}

/**
 * Takes a wish in, unless the saga has gone on since and it does not fit any more: who wished was told
 * what stood in its way then.
 *
 * @param begun Whether the effect that was announced last has begun.
 * @returns whether it changed what comes next.
 */
export function grant(run: Run, wish: Wish, codec: PayloadCodec, begun: boolean): boolean {
  // It goes on already.
  if (wish.kind === 'resume' && run.state.status !== 'parked') return false;
  const signal = signalOf(wish, codec);
  const received = receive(run.definition, run.state, signal);
  if ('refusal' in received || received.records.length === 0) return false;
  const end = endOf(run, wish);
  if (end !== undefined && !begun) withdrawIntent(run, end);
  deliver(run, signal);
  if (wish.kind !== 'manual') return true;
  if (end === undefined) run.unstop();
  else run.stop(end, 'now');
  return true;
}
