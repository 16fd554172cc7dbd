import { createHash } from 'node:crypto';
import { newBirth } from '../ports/index.js';
import type { Run } from './run.js';

/** One life of one saga. */
export interface SagaLife {
  /** `''`: none. */
  readonly application: string;
  readonly name: string;
  readonly id: string;
  /** Random: an id that is used again, after its saga was forgotten, is another saga. */
  readonly birth: string;
}

/**
 * The key of one direction of one step of one life of a saga: the same over attempts, resumes and
 * recoveries. A hash of the quoted parts, so that no two tuples can run into each other, and short and
 * plain enough for the idempotency header of every payment provider (37 ASCII characters).
 */
export function idempotencyKey(
  { application, name, id, birth }: SagaLife,
  label: string,
  direction: 'do' | 'undo',
): string {
  const parts = JSON.stringify([application, name, id, birth, label, direction]);
  return `saga_${createHash('sha256').update(parts).digest('base64url').slice(0, 32)}`;
}

/** Of those bare chains that were asked for a key: most never are. */
const births = new WeakMap<Run, string>();

function birthOf(run: Run): string {
  const known = births.get(run) ?? newBirth();
  births.set(run, known);
  return known;
}

/** The key of a step of that run. A run without a journal is a life of its own. */
export function keyOf(run: Run, label: string, direction: 'do' | 'undo'): string {
  const { persistence, sagaName: name, sagaId: id } = run;
  const { application, birth } = persistence ?? { application: '', birth: birthOf(run) };
  return idempotencyKey({ application, name, id, birth }, label, direction);
}
