import { decide } from '../machine/index.js';
import type { InterceptedCall } from '../ports/index.js';
import { ActionContext } from './action-context.js';
import { act, noteDone, noteUndone, undo } from './act.js';
import { reportIfCutOff } from './drive-on.js';
import { letSettle } from './let-settle.js';
import { CompensationContext } from './compensation-context.js';
import { msUntilDue, type Effect } from './held-back.js';
import { noteFailure, noteNotBegun, noteProbe, noteUndoFailure } from './note-failure.js';
import { noteIntent } from './note-intent.js';
import { unwrap, unwrapUndo } from './returned.js';
import type { Run } from './run.js';

/** An effect by what is called, of which step. */
export interface AnnouncedEffect {
  readonly kind: InterceptedCall['kind'];
  readonly label: string;
}

/** What follows on what a run has noted so far. */
export type Advance =
  /** These effects, whose intents are noted, unless they are probes. */
  | { readonly next: 'effects'; readonly effects: readonly AnnouncedEffect[] }
  /** Nothing for so many ms; no intent is noted. */
  | { readonly next: 'wait'; readonly ms: number }
  /** The saga is at rest. */
  | { readonly next: 'rest' };

async function performAction(run: Run, ctx: ActionContext): Promise<void> {
  let result: unknown;
  try {
    result = unwrap(await act(run, ctx));
  } catch (thrown) {
    await noteFailure(run, ctx, ctx.step, thrown);
    return;
  }
  noteDone(run, ctx, result);
}

async function performUndo(run: Run, ctx: ActionContext): Promise<void> {
  try {
    unwrapUndo(await undo(run, ctx));
    reportIfCutOff(run, ctx);
  } catch (thrown) {
    await noteUndoFailure(run, ctx, ctx.step, thrown);
    return;
  }
  noteUndone(run, ctx);
}

const KINDS = { run: 'action', undo: 'undo', probe: 'probe' } as const;

function announced({ type, step }: Effect): AnnouncedEffect {
  return { kind: KINDS[type], label: step.label };
}

/**
 * Performs an effect that was announced, and notes its outcome. For hosts that keep the outcome of one
 * effect together with the intents of the next: this, then {@link announceNext}.
 *
 * @throws what the run was stopped with, or SagaInterruptedError when it came to no outcome; nothing
 * is noted then.
 */
export async function performAnnounced(run: Run, effect: AnnouncedEffect): Promise<void> {
  await letSettle(run);
  if (run.stopped?.when === 'now') throw run.stopped.error;
  const command = decide(run.definition, run.state);
  // The plan has changed since, and the effect does not come next any more.
  if (command.type === 'record' || command.type === 'stop') return;
  const { kind, label } = announced(command);
  if (kind !== effect.kind || label !== effect.label) return;
  switch (command.type) {
    case 'run':
      await performAction(run, new ActionContext(run, command.step, command.attempt));
      break;
    case 'undo':
      await performUndo(run, new CompensationContext(run, command.step, command.attempt));
      break;
    case 'probe':
      await noteProbe(run, command.step);
  }
}

/** Notes that no action that was announced has begun, because of a cancel. */
export function withdrawIntent(run: Run, why: Error): void {
  const { inFlight, cause } = run.state;
  if (cause !== undefined) return;
  for (const { label, attempt } of inFlight) {
    const step = run.definition.step(label);
    if (step !== undefined) noteNotBegun(run, new ActionContext(run, step, attempt), why);
  }
}

/**
 * Notes what follows without an effect, up to the intents of the next ones.
 *
 * @param waited The back-off before it is over, by the clock of whoever has waited for it.
 * @param pauseMs The next effect waits for so long, whatever else.
 */
export function announceNext(run: Run, waited = false, pauseMs = 0): Advance {
  for (;;) {
    const command = decide(run.definition, run.state);
    if (command.type === 'record') {
      run.note(command.record);
      continue;
    }
    if (command.type === 'stop') return { next: 'rest' };
    // A run that is to stop announces nothing: the next process would take the effect for begun.
    if (run.stopped !== undefined) return { next: 'wait', ms: 0 };
    const ms = Math.max(pauseMs, waited ? 0 : msUntilDue(run, command));
    if (ms > 0) return { next: 'wait', ms };
    if (command.type !== 'probe') {
      const intent = command.type === 'undo' ? 'undo-started' : 'started';
      noteIntent(run, intent, command.step, command.attempt);
    }
    return { next: 'effects', effects: [announced(command)] };
  }
}
