/** All sections, in the order in which they run. */
export const SECTION_NAMES = [
  'in-process',
  'sqlite',
  'postgres',
  'restate',
  'failure',
  'growth',
  'latency',
  'extras',
];
