import { isPoisoned, type Case } from './cases.js';
import { ofType, type History } from './history.js';
import { labelsOf } from './scenarios.js';

export interface End {
  readonly status: 'completed' | 'compensated' | 'parked';
  readonly reason?: string;
}

/**
 * Whether the last thing that is known of a step is that it was in flight when its process died. A
 * probe that found out settles that.
 */
function inDoubt(history: History, label: string): boolean {
  const about = history.records.filter(
    (record) => record.label === label || record.type === 'recovered',
  );
  const forward = about.filter(({ type }) =>
    ['started', 'done', 'failed', 'probed', 'recovered'].includes(type),
  );
  return forward.some(({ type }, i) => type === 'started' && forward[i + 1]?.type === 'recovered');
}

/** How a saga must have ended: by its scenario, and by where its processes died. */
export function expectedEnd(own: Case, history: History): End {
  const { scenario } = own;
  if (isPoisoned(own)) return { status: 'parked', reason: 'recovery-limit' };
  const isTerminated = scenario.elsewhere === 'terminate' && ofType(history, 'manual').length > 0;
  if (isTerminated) return { status: 'parked' };
  const labels = labelsOf(scenario);
  const { failAt, lostAt, pivotAt, cancelAt, probed, once } = scenario;
  if (once === true && probed !== true) {
    const doubtful = labels.find((label) => inDoubt(history, label));
    if (doubtful !== undefined) return { status: 'parked', reason: 'in-doubt' };
  }
  if (pivotAt !== undefined && failAt !== undefined) {
    if (failAt > pivotAt) return { status: 'parked', reason: 'failed-after-pivot' };
    const doubtful = inDoubt(history, labels[pivotAt - 1] as string);
    if (failAt === pivotAt && doubtful) return { status: 'parked', reason: 'in-doubt' };
  }
  if (scenario.undoFailsAt !== undefined)
    return { status: 'parked', reason: 'compensation-failed' };
  if (lostAt !== undefined && probed !== true) return { status: 'compensated' };
  if (failAt !== undefined || cancelAt !== undefined) return { status: 'compensated' };
  const cancelled = ofType(history, 'cancel-requested').length > 0;
  return { status: cancelled ? 'compensated' : 'completed' };
}
