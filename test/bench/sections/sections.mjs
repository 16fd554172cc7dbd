/**
 * All sections, in the order in which they run. Each is loaded when it is wanted, since the peers that it
 * imports are installed by then; it answers `{ parts: [{ title, note, rows }], goals }`.
 */
export const SECTIONS = {
  'in-process': async () => (await import('./in-process.mjs')).inProcess,
  sqlite: async () => (await import('./sqlite.mjs')).sqlite,
  postgres: async () => (await import('./postgres.mjs')).postgres,
  restate: async () => (await import('./restate.mjs')).restate,
  failure: async () => (await import('./failure.mjs')).failure,
  growth: async () => (await import('./growth.mjs')).growth,
  insight: async () => (await import('./insight.mjs')).insight,
  latency: async () => (await import('./latency.mjs')).latency,
  extras: async () => (await import('./extras.mjs')).extras,
};

const against = (name) => async () => (await import('./base.mjs')).againstBase(name);

/** The same for `--base`: what is compared with another revision, by section. */
export const COMPARED = Object.fromEntries(
  ['in-process', 'sqlite', 'postgres', 'restate', 'failure'].map((name) => [name, against(name)]),
);
