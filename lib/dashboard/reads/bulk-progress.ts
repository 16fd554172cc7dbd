import type { SagaRequest } from '../../core/index.js';
import { BULK_ACTS, type BulkAct } from '../../core/engine/index.js';
import { shownSaga } from '../../core/ports/index.js';
import type { BulkProgress } from '../ui/wire.js';
import { Reasons } from './reasons.js';

/** Which saga it is would make each of them a group of its own, and what was asked for is known. */
function whyOf({ message = 'nobody knows why', name, id }: SagaRequest): string {
  const [before = '', after] = message.split(` ${shownSaga(name, id)}`, 2);
  if (after === undefined) return message;
  const at = after.indexOf(': ');
  return at < 0 ? before + after : after.slice(at + 2);
}

/** What has become of the requests of one bulk act; there is at least one. */
export function progressOf(
  bulk: string,
  requests: readonly SagaRequest[],
): Omit<BulkProgress, 'now'> {
  const { by, act, reason } = requests[0] as SagaRequest;
  const acts = Object.keys(BULK_ACTS) as readonly BulkAct[];
  const known = acts.find((one) => BULK_ACTS[one].act === act) ?? act;
  const refused = new Reasons<{ readonly outcome: string }>();
  const names = new Set<string>();
  const counts = { waiting: 0, inHand: 0, done: 0 };
  for (const one of requests) {
    const { outcome, takenBy, name } = one;
    if (outcome === 'done') counts.done += 1;
    else if (outcome !== undefined) refused.add(whyOf(one), one, { outcome });
    else if (takenBy !== undefined) counts.inHand += 1;
    else {
      counts.waiting += 1;
      names.add(name);
    }
  }
  // They come newest first.
  const at = (requests.at(-1) as SagaRequest).createdAt.getTime();
  return {
    ...{ bulk, at, by, act: known, reason, requests: requests.length, ...counts },
    refused: refused.all,
    names: [...names].sort(),
  };
}
