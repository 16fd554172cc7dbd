import { readdirSync } from 'node:fs';

/**
 * What is mutated, and which specs have to find it: files, or all specs of a folder, in the order in
 * which they are run. `first`: the specs that are about one source file.
 */
export const ROOMS = {
  machine: {
    sources: ['lib/core/machine'],
    specs: [
      'test/core/machine/manual.spec.ts',
      'test/core/machine/recovered.spec.ts',
      'test/core/machine/plan-changes.spec.ts',
      'test/core/machine/oracle.property.spec.ts',
      'test/core/execution',
      'test/core/builder',
      'test/core/recovery/deploys.spec.ts',
      'test/core/recovery/manual.spec.ts',
      'test/core/engine/resume.spec.ts',
      'test/core/engine/operations.spec.ts',
    ],
  },
  engine: {
    sources: ['lib/core/engine'],
    specs: [
      'test/core/engine/start.spec.ts',
      'test/core/recovery/ownership.spec.ts',
      'test/core/engine',
      'test/core/recovery',
      'test/engines/in-process.spec.ts',
    ],
    first: {
      'claims.ts': ['test/core/recovery/giving-back.spec.ts'],
      'recovery-worker.ts': ['test/core/recovery/worker.spec.ts'],
      'retention.ts': ['test/core/recovery/retention.spec.ts'],
      'steering.ts': ['test/core/recovery/manual.spec.ts', 'test/core/engine/operations.spec.ts'],
    },
  },
  sqlite: {
    sources: ['lib/journals/sqlite', 'lib/journals/sql'],
    specs: [
      'test/journals/sqlite.spec.ts',
      'test/journals/group-commit.spec.ts',
      'test/journals/sqlite-settings.spec.ts',
      'test/journals/sqlite-plans.spec.ts',
      'test/journals/sqlite-processes.spec.ts',
      'test/journals/sqlite-thread.spec.ts',
      'test/journals/sqlite-property.spec.ts',
      'test/journals/sqlite-lease.spec.ts',
      'test/journals/sqlite-sent-error.spec.ts',
      'test/journals/sqlite-bad-rows.spec.ts',
      'test/journals/sqlite-libraries.spec.ts',
      'test/journals/sqlite-gone.spec.ts',
    ],
    first: {
      'find-driver.ts': ['test/journals/sqlite-settings.spec.ts'],
      'better-sqlite3.ts': ['test/journals/sqlite-settings.spec.ts'],
      'thread.ts': ['test/journals/sqlite-thread.spec.ts'],
      'sent-error.ts': ['test/journals/sqlite-sent-error.spec.ts'],
      'columns.ts': ['test/journals/sqlite-bad-rows.spec.ts'],
      'one-library.ts': ['test/journals/sqlite-libraries.spec.ts'],
      'file-watch.ts': ['test/journals/sqlite-gone.spec.ts'],
      'options.ts': ['test/journals/sqlite-settings.spec.ts'],
    },
  },
  postgres: {
    sources: ['lib/journals/postgres', 'lib/journals/sql'],
    specs: [
      'test/journals/postgres.spec.ts',
      'test/journals/group-commit.spec.ts',
      'test/journals/postgres-settings.spec.ts',
      'test/journals/postgres-plans.spec.ts',
      'test/journals/postgres-pool.spec.ts',
      'test/journals/postgres-contention.spec.ts',
      'test/journals/postgres-faults.spec.ts',
      'test/journals/operating.spec.ts',
      'test/journals/postgres-known.spec.ts',
      'test/journals/postgres-bad-rows.spec.ts',
    ],
    first: {
      'options.ts': ['test/journals/postgres-settings.spec.ts'],
      'migrate.ts': ['test/journals/postgres-settings.spec.ts'],
    },
    server: true,
  },
};

/** Too slow to be run for every mutant, or of payloads and names, which pass through all rooms alike. */
const LEFT_OUT = /\b(model|interleavings|payloads|names|sizes|retention)\.spec\.ts$/;

const specsUnder = (folder) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.spec.ts') && !LEFT_OUT.test(file))
    .map((file) => `${folder}/${file}`);

/** As they are when this begins: a run of an hour outlives many a change. */
const SPECS = Object.fromEntries(
  Object.entries(ROOMS).map(([room, { specs }]) => [
    room,
    specs.flatMap((spec) => (spec.endsWith('.ts') ? [spec] : specsUnder(spec))),
  ]),
);

/** In the order in which they are run. `lately`: what has found another mutant of that file. */
export function specsFor(room, file, lately = []) {
  const { first = {} } = ROOMS[room];
  const own = Object.entries(first).find(([name]) => file.endsWith(`/${name}`))?.[1] ?? [];
  return [...new Set([...lately, ...own, ...SPECS[room]])];
}
