import type { Saga, SagaAct, Status } from './wire.js';
import { listed } from './format.js';

export const STATUS: Readonly<Record<Status, string>> = {
  running: 'Running',
  compensating: 'Undoing',
  completed: 'Completed',
  compensated: 'Compensated',
  parked: 'Parked',
};

/** A park reason in words, and what one does about it. */
export const PARKED: Readonly<Record<string, readonly [title: string, advice: string]>> = {
  'compensation-failed': [
    'An undo failed',
    'The other undos were run. Repair what it needs and retry the undos; or undo it by hand, then say so.',
  ],
  'failed-after-pivot': [
    'Failed past the point of no return',
    'Nothing is undone any more. Repair what the step needs, then resume the saga.',
  ],
  'in-doubt': [
    'Nobody knows whether it took place',
    'The step must not be blindly repeated. Find out, then say whether it took place.',
  ],
  'recovery-limit': [
    'Its process died with it again and again',
    'Read the logs of those processes. Then resume it, or cancel it.',
  ],
  'definition-mismatch': [
    'A deploy changed the plan under it',
    'Bring the step back as retired, then resume or cancel it; or undo by hand, then say so.',
  ],
  unreadable: [
    'Its records cannot be read',
    'Start a process with the codec that wrote them, then resume it.',
  ],
  terminated: [
    'Stopped by an operator',
    'Nothing was undone. Settle what still stands, then forget it.',
  ],
};

export function reasonOf(reason: string | undefined): readonly [string, string] {
  return PARKED[reason ?? ''] ?? [reason ?? 'Parked', 'Look at its timeline.'];
}

interface ActWords {
  readonly button: (label: string) => string;
  readonly effect: (label: string) => string;
  readonly icon: string;
}

export const ACTS: Readonly<Record<SagaAct, ActWords>> = {
  cancel: {
    button: () => 'Cancel and undo',
    effect: () =>
      'The step in flight is aborted, then what was done is undone, from the last step back to the first.',
    icon: 'undo',
  },
  resume: {
    button: () => 'Resume',
    effect: () =>
      'The saga goes forward again from the step that is open, with all of its attempts.',
    icon: 'play',
  },
  'retry-undos': {
    button: () => 'Retry undos',
    effect: () =>
      'Runs the undos that are still owed; those that failed have all of their attempts again.',
    icon: 'retry',
  },
  'mark-compensated': {
    button: (label) => `Undone by hand: ${label}`,
    effect: (label) =>
      `You say that the effect of ${label} was undone by hand. Its undo is not called, and the other undos go on.`,
    icon: 'hand',
  },
  'mark-done': {
    button: () => 'It took place',
    effect: (label) =>
      `You say that ${label} took place. It is not run again, and the saga goes on with the next step. If it did not take place, what follows stands on nothing.`,
    icon: 'check',
  },
  'mark-not-done': {
    button: () => 'It did not take place',
    effect: (label) =>
      `You say that ${label} did not take place. The saga stays parked until you resume it, which runs the step, or cancel it, which does not undo it. If it did take place, it happens twice or stays for ever.`,
    icon: 'cross',
  },
  terminate: {
    button: () => 'Terminate',
    effect: () =>
      'Stops the saga where it is. Nothing is undone, and nothing goes on: what stands is yours to settle.',
    icon: 'stop',
  },
  forget: {
    button: () => 'Forget',
    effect: () => 'Deletes the saga with its records. Its id can be started anew after that.',
    icon: 'bin',
  },
};

export const isQuiet = (act: SagaAct): boolean => act === 'terminate' || act === 'forget';
export const needsId = isQuiet;

const CAUSES: Readonly<Record<string, string>> = {
  cancelled: 'It was cancelled',
  deadline: 'Its deadline passed',
};

export interface Sentence {
  readonly title: string;
  readonly text: string;
  readonly tone: 'done' | 'undone' | 'parked' | 'undoing';
}

/** What became of it, honestly, in a line; `undefined` where there is nothing to explain. */
export function sentenceOf(saga: Saga): Sentence | undefined {
  const turn = saga.timeline.findLast(({ type }) => type === 'compensating');
  const why =
    CAUSES[turn?.reason ?? ''] ??
    (turn?.label === undefined ? 'A step failed' : `${turn.label} failed`);
  const error = turn?.error?.message ?? '';
  if (saga.status === 'compensated')
    return { tone: 'undone', title: `${why}, so everything was undone`, text: error };
  if (saga.status === 'compensating')
    return { tone: 'undoing', title: `${why}, and what was done is being undone`, text: error };
  if (saga.status !== 'parked') return undefined;
  const [title, advice] = reasonOf(saga.parkReason);
  const { inDoubt } = saga.account;
  const of =
    saga.parkReason === 'in-doubt' && inDoubt.length > 0 ? listed(inDoubt) : saga.failed?.label;
  return { tone: 'parked', title: of ? `${title} · ${of}` : title, text: advice };
}
