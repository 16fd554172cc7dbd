import {
  type PayloadCodec,
  receive,
  SagaCancelledError,
  type SagaSignal,
  SagaStateError,
} from '../../core/index.js';
import { deliver, type Run, shownSaga, withdrawIntent } from '../../core/engine/index.js';
import type { SentSignal } from './wire.js';

function signalOf(sent: SentSignal, codec: PayloadCodec): SagaSignal {
  switch (sent.kind) {
    case 'cancel': {
      const { kind: type, ...cancel } = sent;
      return { type, ...cancel };
    }
    case 'resume': {
      const { kind: type, ...resume } = sent;
      return { type, ...resume };
    }
    case 'command': {
      const { by, reason, result } = sent;
      const value = result === undefined ? {} : { result: codec.decode(result) };
      return { type: 'command', command: { ...sent.command, ...value }, by, reason };
    }
  }
}

/** Why the outcome of what is in flight is not noted any more; `undefined` when it is. */
function endOf({ sagaName, sagaId }: Run, sent: SentSignal): Error | undefined {
  if (sent.kind === 'cancel') return new SagaCancelledError(sent.reason, sent.by);
  if (sent.kind !== 'command' || sent.command.act !== 'terminate') return undefined;
  return new SagaStateError(`Saga ${shownSaga(sagaName, sagaId)} was terminated`);
}

/**
 * Applies a signal, unless the saga refuses it because it has gone on since: the sender then learns
 * why.
 *
 * @param codec That of the saga.
 * @param begun Whether the effect that was announced last has begun.
 * @returns whether it changed what comes next.
 */
export function applySignal(
  run: Run,
  sent: SentSignal,
  codec: PayloadCodec,
  begun: boolean,
): boolean {
  // It runs already.
  if (sent.kind === 'resume' && run.state.status !== 'parked') return false;
  const signal = signalOf(sent, codec);
  const received = receive(run.definition, run.state, signal);
  if ('refusal' in received || received.records.length === 0) return false;
  const end = endOf(run, sent);
  if (end !== undefined && !begun) withdrawIntent(run, end);
  deliver(run, signal);
  if (sent.kind !== 'command') return true;
  if (end === undefined) run.unstop();
  else run.stop(end, 'now');
  return true;
}
