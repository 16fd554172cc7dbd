import type { AuditEntry, OperatorJournal } from '../../../core/index.js';

/** What an operator does, as the audit will have it. */
export interface AuditedAct {
  readonly entry: AuditEntry;
  /** A request that perhaps was carried out before: by a process that died before it could say so. */
  readonly isRequest: boolean;
}

/** The act of a request that is in the audit already: it is not done twice. */
export class DoneBefore extends Error {}

export async function isDone(
  operators: OperatorJournal,
  { application = '', entry }: Pick<AuditEntry, 'application' | 'entry'>,
): Promise<boolean> {
  const { entries } = await operators.audit({ application, entry });
  return entries.length > 0;
}

/**
 * Whoever owns the saga asks: nobody else can act on it then, and so nothing comes in between.
 *
 * @throws DoneBefore
 */
export async function refuseDoneBefore(
  operators: OperatorJournal,
  act: AuditedAct | undefined,
): Promise<void> {
  if (act?.isRequest === true && (await isDone(operators, act.entry))) throw new DoneBefore();
}
