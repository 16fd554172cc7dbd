import fc from 'fast-check';

const given = process.env['SAGA_TEST_SEED'];

/** The seed of this run: `SAGA_TEST_SEED`, else one by chance. */
export const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);

let printed = false;

/** Printed once per test file, so that any failure can be repeated. */
function seeded(options: { readonly numRuns?: number }) {
  if (!printed) process.stdout.write(`SAGA_TEST_SEED=${seed}\n`);
  printed = true;
  return { ...options, seed };
}

/** Checks a property with this run's seed. */
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
