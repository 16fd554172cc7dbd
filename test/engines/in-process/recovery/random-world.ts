import fc from 'fast-check';
import type { Fate, StepPlan } from './world.js';

const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fate>('ok') },
  { weight: 2, arbitrary: fc.constant<Fate>('fails') },
  { weight: 1, arbitrary: fc.constantFrom<Fate>('lost-done', 'lost-not-done') },
);

const often = (percent: number) => fc.nat(99).map((n) => n < percent);

const stepPlan: fc.Arbitrary<StepPlan> = fc.record({
  does: fc.array(fate, { maxLength: 4 }),
  undoes: fc.array(fate, { maxLength: 4 }),
  retries: fc.nat(2),
  pivot: often(8),
  idempotent: often(80),
  probe: often(40),
  takes: fc.constantFrom(0, 0, 10, 2_000, 6_000, 20_000),
});

/** Parked until an operator sends its undos on. */
const stuck = fc.tuple(stepPlan, stepPlan).map(([first, second]): StepPlan[] => [
  { ...first, does: [], undoes: ['fails', 'fails', 'fails', 'fails'], pivot: false },
  { ...second, does: ['fails'], retries: 0, pivot: false },
]);

/** Sagas of one to four steps. */
export const stepPlans: fc.Arbitrary<readonly StepPlan[]> = fc.oneof(
  { weight: 6, arbitrary: fc.array(stepPlan, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: stuck },
);
