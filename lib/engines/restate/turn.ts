import type { AnnouncedEffect } from '../../core/engine/index.js';
import type { Batch } from './wire.js';

/** One turn, which is one `ctx.run`. */
export interface Turn {
  /** Named after what it does; the same in every replay, by whatever plan. */
  readonly name: string;
  /** The outcome of the turn that announced it; `undefined`: it is the first one. */
  readonly after: Batch | undefined;
  /** What it performs; `undefined`: it only decides what comes next. */
  readonly effect?: AnnouncedEffect;
}

export const FIRST_TURN: Turn = { name: 'plan', after: undefined };

function nameOf({ kind, label }: AnnouncedEffect): string {
  return kind === 'action' ? label : `${kind} ${label}`;
}

/**
 * What comes after a turn: a turn for each effect that it announced, else one that decides what comes
 * next.
 */
export function turnsAfter(batch: Batch): readonly Turn[] {
  if (!('effects' in batch.next)) return [{ name: 'next', after: batch }];
  return batch.next.effects.map((effect) => ({ name: nameOf(effect), after: batch, effect }));
}
