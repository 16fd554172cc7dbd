import {
  explain,
  receive,
  type SagaDefinition,
  type SagaSignal,
  type SagaState,
} from '../core/index.js';
import type { OperatorCommand } from '../core/engine/index.js';
import type { Offer, SagaAct } from './ui/wire.js';

const WHO = { by: '-', reason: '-' } as const;

function signalOf(act: SagaAct, label: string): SagaSignal | undefined {
  const command = (one: OperatorCommand): SagaSignal => ({ type: 'command', command: one, ...WHO });
  switch (act) {
    case 'cancel':
      return { type: 'cancel', by: 'operator', reason: '-' };
    case 'resume':
      return { type: 'resume' };
    case 'retry-undos':
      return command({ act: 'retry-compensation' });
    case 'mark-compensated':
    case 'mark-done':
    case 'mark-not-done':
      return command({ act, label });
    case 'terminate':
      return command({ act });
    case 'forget':
      return undefined;
  }
}

/** Why the machine does not take it for a saga as it stands; `undefined` where it does. */
export function refusalOf(
  act: SagaAct,
  state: SagaState,
  definition: SagaDefinition,
  label = '',
): string | undefined {
  const signal = signalOf(act, label);
  if (signal === undefined) return refusalToForget(state);
  if (act === 'resume' && state.status !== 'parked') return `it is ${state.status}, not parked`;
  const received = receive(definition, state, signal);
  return 'refusal' in received ? received.refusal : undefined;
}

/** For this one no plan is needed. */
export function refusalToForget({ atRest, status }: SagaState): string | undefined {
  return atRest ? undefined : `it is ${status}; only sagas at rest can be forgotten`;
}

/** What one does about a park reason on the way forward: the table of the operating guide. */
const FITS: Readonly<Record<string, readonly SagaAct[]>> = {
  'failed-after-pivot': ['resume'],
  'recovery-limit': ['resume', 'cancel'],
  'definition-mismatch': ['resume', 'cancel'],
  unreadable: ['resume'],
  terminated: ['forget'],
};

/** Nobody knows: then whoever finds out says so. Once all is known, it goes one way or the other. */
function fittingActs(state: SagaState): readonly SagaAct[] {
  const { parked, cause } = state;
  if (parked === undefined) return [];
  if (cause !== undefined && parked.reason !== 'terminated')
    return ['retry-undos', 'mark-compensated'];
  if (parked.reason !== 'in-doubt') return FITS[parked.reason] ?? [];
  const isOpen = explain(state).inDoubt.length > 0;
  return isOpen ? ['mark-done', 'mark-not-done'] : ['resume', 'cancel'];
}

/** The acts that the machine would take for this saga as it stands; those that fit come first. */
export function offersOf(state: SagaState, definition: SagaDefinition): readonly Offer[] {
  const { owed, inDoubt } = explain(state);
  const fits = fittingActs(state);
  const failed = new Set(
    state.steps.filter(({ undo }) => undo?.phase === 'failed').map(({ label }) => label),
  );
  const isTaken = (act: SagaAct, label?: string): boolean =>
    refusalOf(act, state, definition, label) === undefined;
  const offer = (act: SagaAct): readonly Offer[] =>
    isTaken(act) ? [{ act, fits: fits.includes(act) }] : [];
  const offerEach = (act: SagaAct, labels: readonly string[]): readonly Offer[] =>
    labels
      .filter((label) => isTaken(act, label))
      .map((label) => ({ act, label, fits: fits.includes(act) && !isBeside(act, label) }));
  // Beside an undo that has failed, those that were not reached yet need no hand.
  const isBeside = (act: SagaAct, label: string): boolean =>
    act === 'mark-compensated' && failed.size > 0 && !failed.has(label);
  const offers = [
    ...offer('retry-undos'),
    ...inDoubt.flatMap((label) => [
      ...offerEach('mark-done', [label]),
      ...offerEach('mark-not-done', [label]),
    ]),
    ...offerEach('mark-compensated', owed),
    ...(['resume', 'cancel', 'terminate', 'forget'] as const).flatMap(offer),
  ];
  return [...offers.filter((one) => one.fits), ...offers.filter((one) => !one.fits)];
}
