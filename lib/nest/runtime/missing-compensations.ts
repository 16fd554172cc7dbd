import type { SagaDefinition, SagaLogger } from '../../core/index.js';
import { report, quoted, shownWhole } from '../../core/ports/index.js';

/** Labels before the pivot whose effect nothing would undo, and nothing says that this is meant. */
function undoless(definition: SagaDefinition): readonly string[] {
  const pivot = definition.forward.findIndex(({ policy }) => policy.pivot);
  const undoable = pivot < 0 ? definition.forward : definition.forward.slice(0, pivot);
  return undoable
    .filter(({ compensate, policy }) => compensate === undefined && !policy.nothingToUndo)
    .map(({ label }) => label);
}

/** Labels whose undo would run although their transaction was rolled back. */
function undoneInVain(definition: SagaDefinition): readonly string[] {
  return definition.forward
    .filter(({ policy: { transaction, barrier, compensateOn } }) => {
      return (transaction || barrier) && compensateOn === 'attempted';
    })
    .map(({ label }) => quoted(label));
}

/** Warns at start-up, once per saga. */
export function reportMissingCompensations(definition: SagaDefinition, logger: SagaLogger): void {
  const inVain = undoneInVain(definition);
  if (inVain.length > 0) {
    const what =
      `Saga ${shownWhole(definition.name)} undoes ${inVain.join(', ')} also where it was attempted alone, although a ` +
      "transaction that failed has left nothing: leave out compensateOn: 'attempted'";
    report(logger, 'warn', what, { saga: definition.name });
  }
  const labels = undoless(definition).map((label) => quoted(label));
  if (labels.length === 0) return;
  report(
    logger,
    'warn',
    `Saga ${shownWhole(definition.name)} has no compensation for ${labels.join(', ')}; ` +
      'give one, or `compensate: NOTHING_TO_UNDO` where there is nothing to undo',
    { saga: definition.name },
  );
}
