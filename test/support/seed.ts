import fc from 'fast-check';

const given = process.env['SAGA_TEST_SEED'];

/** The seed of this run: `SAGA_TEST_SEED`, else one by chance. */
export const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);

/** How many of a random test's runs are done: by `npm test` a quarter, by CI all, more of them at night. */
const share = Number(process.env['SAGA_TEST_SHARE'] ?? 0.25);

export const runsOf = (whole: number): number => Math.ceil(whole * share);

let printed = false;

/** Printed once per test file, so that any failure can be repeated. */
function seeded({ numRuns = 100 }: { readonly numRuns?: number }) {
  if (!printed) process.stdout.write(`SAGA_TEST_SEED=${seed}\n`);
  printed = true;
  return { numRuns: runsOf(numRuns), seed };
}

/** Checks a property with this run's seed, as often as {@link runsOf} says. */
export function check<T>(property: fc.IProperty<T>, options: { readonly numRuns?: number } = {}) {
  fc.assert(property, seeded(options));
}

/** As {@link check}, for a property that has to be awaited. */
export function checkAsync<T>(
  property: fc.IAsyncProperty<T>,
  options: { readonly numRuns?: number } = {},
): Promise<void> {
  return fc.assert(property, seeded(options));
}
