import type { AnnouncedEffect } from '../../core/engine/index.js';
import type { Batch } from './wire.js';

/** One turn, which is one `ctx.run`. */
export interface Turn {
  /** After what it does; the same in every replay, by whatever plan. */
  readonly name: string;
  /** What said that it comes; `undefined`: the first one. */
  readonly after: Batch | undefined;
  /** What it performs; `undefined`: it only looks what comes next. */
  readonly effect?: AnnouncedEffect;
}

export const FIRST_TURN: Turn = { name: 'plan', after: undefined };

function nameOf({ kind, label }: AnnouncedEffect): string {
  return kind === 'action' ? label : `${kind} ${label}`;
}

/** What comes after a turn: a turn for each effect that it announced, else one that looks what comes. */
export function turnsAfter(batch: Batch): readonly Turn[] {
  if (!('effects' in batch.next)) return [{ name: 'next', after: batch }];
  return batch.next.effects.map((effect) => ({ name: nameOf(effect), after: batch, effect }));
}
