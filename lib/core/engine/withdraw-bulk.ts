import { setImmediate as turn } from 'node:timers/promises';
import { isSagaError } from '../errors/index.js';
import type { EngineOperators, SagaRequest } from './engine-operators.js';
import type { OperatorReason } from './operator-reason.js';

/** What a journal lists in one go. */
const PAGE = 1_000;
/** So many are withdrawn at a time; then others have their turn. */
const AT_ONCE = 50;

/** What became of the requests of a bulk act that was taken back. */
export interface WithdrawnBulk {
  readonly withdrawn: number;
  /** So many somebody has taken by now: they are carried out. */
  readonly inHand: number;
  /** It was stopped before all were reached. */
  readonly isStopped: boolean;
}

interface Around {
  /** Which of its requests are meant. @default all */
  readonly isMeant?: (request: SagaRequest) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Whether it was withdrawn; not what somebody else has taken or ended meanwhile. */
async function withdrawn(
  operators: Pick<EngineOperators, 'withdraw'>,
  { request }: SagaRequest,
  why: OperatorReason,
): Promise<boolean> {
  try {
    await operators.withdraw(request, why);
    return true;
  } catch (error) {
    if (isSagaError(error, 'SAGA_STATE') || isSagaError(error, 'SAGA_NOT_FOUND')) return false;
    throw error;
  }
}

/**
 * Takes back what nobody has taken yet of a bulk act, the newest first: processes take the oldest. It looks again until
 * there is nothing more, since its requests may still be being left.
 */
export async function withdrawBulk(
  operators: Pick<EngineOperators, 'requests' | 'withdraw'>,
  bulk: string,
  why: OperatorReason,
  { isMeant = () => true, signal }: Around = {},
): Promise<WithdrawnBulk> {
  let all = 0;
  for (;;) {
    let [done, inHand] = [0, 0];
    let cursor: string | undefined;
    do {
      const page = await operators.requests({
        ...{ bulk, open: true, limit: PAGE },
        ...(cursor && { cursor }),
      });
      const meant = page.requests.filter(isMeant);
      for (let at = 0; at < meant.length; at += AT_ONCE) {
        if (signal?.aborted === true) return { withdrawn: all + done, inHand, isStopped: true };
        const some = meant.slice(at, at + AT_ONCE);
        const are = await Promise.all(some.map((one) => withdrawn(operators, one, why)));
        await turn();
        const count = are.filter(Boolean).length;
        done += count;
        inHand += some.length - count;
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    all += done;
    if (done === 0) return { withdrawn: all, inHand, isStopped: false };
  }
}
