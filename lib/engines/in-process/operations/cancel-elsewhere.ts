import { receive, type SagaRef } from '../../../core/index.js';
import {
  accept,
  type CancelSignal,
  refused,
  type Run,
  takeOverOf,
} from '../../../core/engine/index.js';
import { addRecords } from '../runs/add-records.js';
import { claimedSaga, viewByAnyPlan, type EngineParts } from '../engine-parts.js';
import { takeUp } from './take-up.js';

/** The first pause and the longest one between two looks, in ms. */
const PAUSES = { first: 20, longest: 250 } as const;

function refuseLate(ref: SagaRef, { definition, state }: Run, signal: CancelSignal): void {
  const received = receive(definition, state, signal);
  if ('refusal' in received)
    throw refused(ref, signal, `the cancel came too late, ${received.refusal}`);
}

/**
 * Writes the wish down for a saga whose owner is gone, in his place: one that wakes up finds another epoch
 * and writes nothing past it. By the plan that began it this process carries it on, too; else it is given
 * back to who knows that plan. `false`: the owner lives.
 */
async function recordFor(
  parts: EngineParts,
  ref: SagaRef,
  seen: Run,
  reason: string,
): Promise<boolean> {
  const { claims, journaling, live } = parts;
  const signal = { type: 'cancel', by: 'operator', reason } as const;
  const [row] = await claims.claim({ names: [ref.name], limit: 1, id: ref.id });
  if (row === undefined) return false;
  if (row.status === 'running' && row.fingerprint === seen.definition.fingerprint) {
    await takeUp(parts, row, seen.definition, signal);
    return true;
  }
  try {
    if (row.status !== 'running') return false;
    const stored = await claimedSaga(parts, row);
    const run = parts.runs.view(seen.definition, stored);
    refuseLate(ref, run, signal);
    const takenOver = takeOverOf(run, { owner: journaling.owner, cancel: reason });
    const records = accept(ref, run.definition, run.state, takenOver);
    await addRecords(parts, row, stored.nextSeq, row.status, records);
    return true;
  } finally {
    live.releaseUnstarted(row, row.epoch);
    await live.sendReleases(journaling);
  }
}

/**
 * Leaves a wish to cancel for a saga in other hands, and learns what becomes of it: a record by its owner,
 * who meets it at his next write or heartbeat; or, when he is gone, by this process. After a lease in
 * which nobody has answered the wish stands in the row: who claims the saga makes it a record first of all.
 *
 * @returns `again` when the saga came to rest on its way forward: it is nobody's, and can be taken up.
 * @throws SagaStateError when the wish came too late.
 */
export async function wishElsewhere(
  parts: EngineParts,
  ref: SagaRef,
  reason: string,
): Promise<'accepted' | 'again'> {
  const { environment, journaling } = parts;
  const { clock } = environment;
  const signal = { type: 'cancel', by: 'operator', reason } as const;
  await journaling.journal.requestCancel(ref, reason);
  const end = clock.monotonic() + journaling.lease.ms;
  for (let pause: number = PAUSES.first; ; pause = Math.min(2 * pause, PAUSES.longest)) {
    const seen = await viewByAnyPlan(parts, ref);
    const { state } = seen;
    if (state.cancel !== undefined) return 'accepted';
    refuseLate(ref, seen, signal);
    if (state.atRest) return 'again';
    if (await recordFor(parts, ref, seen, reason)) return 'accepted';
    if (clock.monotonic() >= end) return 'accepted';
    await new Promise<void>((resolve) => clock.schedule(pause, resolve));
  }
}
