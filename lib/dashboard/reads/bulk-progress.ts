import type { SagaRequest } from '../../core/index.js';
import { shownSaga } from '../../core/ports/index.js';
import type { BulkProgress } from '../ui/wire.js';
import { Reasons } from './reasons.js';

/** What has become of the requests of one bulk act; there is at least one. */
export function progressOf(
  bulk: string,
  requests: readonly SagaRequest[],
): Omit<BulkProgress, 'now'> {
  const { by, act, reason } = requests[0] as SagaRequest;
  const refused = new Reasons<{ readonly outcome: string }>();
  const names = new Set<string>();
  const counts = { waiting: 0, inHand: 0, done: 0 };
  for (const one of requests) {
    const { outcome, takenBy, name, id, message = 'nobody knows why' } = one;
    if (outcome === 'done') counts.done += 1;
    // Which saga it is would make each of them a group of its own.
    else if (outcome !== undefined)
      refused.add(message.replaceAll(shownSaga(name, id), 'it'), one, { outcome });
    else if (takenBy !== undefined) counts.inHand += 1;
    else {
      counts.waiting += 1;
      names.add(name);
    }
  }
  const at = Math.min(...requests.map(({ createdAt }) => createdAt.getTime()));
  return {
    ...{ bulk, at, by, act, reason, requests: requests.length, ...counts },
    refused: refused.all,
    names: [...names].sort(),
  };
}
