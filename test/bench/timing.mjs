import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { countAllocations } from './garbage.mjs';
import { Order } from './subjects/index.mjs';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');

/**
 * Takes away the garbage of the subject before. Only the young one: a full collection would also
 * throw away the compiled code of every subject of which no saga is alive just then.
 */
function collectGarbage() {
  gc({ type: 'minor' });
}

const STEPS = 3;

/** One after the other, so that the time is that of one saga. Counts the effects in the orders. */
async function runMany(subject, count, declined) {
  const seen = { done: 0, undone: 0, failed: 0 };
  for (let i = 0; i < count; i++) {
    const order = new Order(declined);
    if (declined) {
      try {
        await subject.run(order);
      } catch {
        seen.failed += 1;
      }
    } else {
      await subject.run(order);
    }
    seen.done += order.done;
    seen.undone += order.undone;
  }
  return seen;
}

/** A subject that skips an effect would be fast for nothing. */
function verify(subject, count, declined, seen) {
  const each = declined
    ? { done: STEPS - 1, undone: subject.undone, failed: 1 }
    : { done: STEPS, undone: 0, failed: 0 };
  for (const [what, times] of Object.entries(each)) {
    if (seen[what] === times * count) continue;
    throw new Error(
      `${subject.name}: ${what} ${seen[what]} times in ${count} sagas, not ${times * count}`,
    );
  }
}

/**
 * The time of one saga in ns, over `count` of them, after a short run to find its stride again. It is
 * the processor's time, collector included: the loop never waits, and what other processes take
 * away from it on a shared machine is not its own.
 */
export async function timeRound(subject, count, { declined = false } = {}) {
  await runMany(subject, Math.ceil(count / 5), declined);
  collectGarbage();
  const start = process.cpuUsage();
  const seen = await runMany(subject, count, declined);
  const { user, system } = process.cpuUsage(start);
  const ns = ((user + system) * 1e3) / count;
  verify(subject, count, declined, seen);
  return ns;
}

/** The bytes that one saga leaves to the collector. */
export async function garbageOf(subject, count, { declined = false } = {}) {
  const allocated = countAllocations();
  await runMany(subject, count, declined);
  return allocated() / count;
}

/** Lets the compiler finish its work, and answers how many sagas last for `roundMs`. */
export async function warmUp(subject, roundMs, options) {
  let ns = 1_000;
  for (let round = 0; round < 4; round++) {
    ns = await timeRound(subject, countFor(ns, roundMs), options);
  }
  return countFor(ns, roundMs);
}

function countFor(ns, roundMs) {
  return Math.max(100, Math.ceil((roundMs * 1e6) / ns));
}
