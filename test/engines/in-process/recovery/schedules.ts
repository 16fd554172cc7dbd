import fc from 'fast-check';
import { settle } from '../../../support/manual-clock.js';
import { LEASE } from '../cluster.js';
import { stepPlans } from './random-world.js';
import { World, type WorldOptions } from './world.js';

/** What happens next to one of the workers; a pause is longer than the lease, or not. */
const move = fc.record({
  worker: fc.nat(3),
  what: fc.constantFrom('pause', 'pause', 'wake', 'crash', 'nothing', 'nothing'),
  then: fc.constantFrom(0, 1, 7, 400, 3_000, LEASE / 2, LEASE + 5_000, 2 * LEASE),
});

export const schedules = fc.record({
  workers: fc.integer({ min: 2, max: 4 }),
  sagas: fc.integer({ min: 1, max: 3 }),
  steps: stepPlans,
  /** Ms that calls of the journal take, one after the other, round and round. */
  latencies: fc.array(fc.constantFrom(0, 0, 1, 5, 50, 900), { minLength: 1, maxLength: 7 }),
  moves: fc.array(move, { minLength: 2, maxLength: 14 }),
});

export type Schedule = typeof schedules extends fc.Arbitrary<infer T> ? T : never;

/** How often what the schedules are made for has taken place. */
export const fired = { pause: 0, wake: 0, crash: 0, takenOver: 0, parked: 0, interrupted: 0 };

async function play({ workers, sagas, latencies, moves }: Schedule, world: World): Promise<void> {
  for (let n = 0; n < workers; n += 1) {
    const process = await world.join();
    let call = n;
    process.latency = () => latencies[(call += 1) % latencies.length] as number;
  }
  for (let n = 0; n < sagas; n += 1) world.begin(world.worker(n % workers), `o-${n}`);
  let crashes = workers - 1;
  for (const { worker, what, then } of moves) {
    const process = world.worker(worker % workers);
    if (what === 'pause' && process.isUp) {
      process.pause();
      fired.pause += 1;
    } else if (what === 'wake' && process.isPaused) {
      process.wake();
      fired.wake += 1;
    } else if (what === 'crash' && !process.isDead && crashes > 0) {
      process.crash();
      crashes -= 1;
      fired.crash += 1;
    }
    await world.clock.advance(then);
  }
  await settle();
}

/** Plays a schedule to its end. Gives what must never have happened. */
export async function verdictOn(schedule: Schedule, options?: WorldOptions) {
  const world = new World(schedule.steps, options);
  await play(schedule, world);
  const found = await world.verdict();
  const { rows } = await world.journal.list({});
  const answers = [...world.answers.values()].flat();
  fired.takenOver += rows.filter(({ epoch }) => epoch > 1).length;
  fired.parked += rows.filter(({ status }) => status === 'parked').length;
  fired.interrupted += answers.filter((answer) => answer === 'SAGA_INTERRUPTED').length;
  return found;
}
