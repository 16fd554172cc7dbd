import { readdirSync } from 'node:fs';

const inProcess = (...names) => names.map((name) => `test/engines/in-process/${name}.spec.ts`);
const SQL = {
  'group-commit.ts': ['test/journals/sql/group-commit.spec.ts'],
  'users.ts': ['test/journals/sql/users.spec.ts'],
};

/**
 * What is mutated, and which specs have to find it: files, or all specs of a folder. `first`: the specs
 * that are about one source file, which are run before the others.
 */
export const ROOMS = {
  machine: {
    sources: ['lib/core/machine'],
    specs: [
      'test/core/machine/fold.spec.ts',
      'test/core/machine/flat.spec.ts',
      'test/core/machine/manual.spec.ts',
      'test/core/machine/receive.spec.ts',
      'test/core/machine/recovered.spec.ts',
      'test/core/machine/several-open.spec.ts',
      'test/core/machine/plan-changes.spec.ts',
      'test/core/machine/oracle.property.spec.ts',
      'test/core/execution',
      'test/core/builder',
      'test/engines/in-process/recovery/deploys.spec.ts',
      'test/engines/in-process/operations/manual.spec.ts',
      'test/engines/in-process/operations/resume.spec.ts',
      'test/engines/in-process/operations/operations.spec.ts',
    ],
  },
  engine: {
    sources: ['lib/engines/in-process', 'lib/core/engine', 'lib/core/persistence'],
    specs: [
      'test/engines/in-process/runs/start.spec.ts',
      'test/engines/in-process/ownership/ownership.spec.ts',
      'test/engines/in-process',
      'test/engines/in-process/runs',
      'test/engines/in-process/ownership',
      'test/engines/in-process/recovery',
      'test/engines/in-process/operations',
      'test/engines/in-process/contract.spec.ts',
    ],
    first: {
      'record-writer.ts': inProcess('recovery/unreadable'),
      'journal-access.ts': inProcess('ownership/stall'),
      'checked-options.ts': inProcess('options'),
      'checked-settings.ts': inProcess('options'),
      'checked-text.ts': inProcess('operations/operations'),
      'claimed-sagas.ts': inProcess(
        'recovery/take-over',
        'recovery/unreadable',
        'recovery/deploys',
      ),
      'left-sagas.ts': inProcess(
        'recovery/unreadable',
        'recovery/deploys',
        'recovery/applications',
      ),
      'intake.ts': inProcess('recovery/worker', 'recovery/waiting'),
      'claims.ts': inProcess('ownership/release', 'ownership/ownership'),
      'boot-report.ts': inProcess('recovery/deploys'),
      'journaled-run.ts': inProcess('runs/one-write-at-a-time', 'runs/journal-failures'),
      'lease.ts': inProcess('ownership/no-lease', 'ownership/ownership'),
      'active-runs.ts': inProcess('shutdown', 'ownership/release'),
      'version-skew.ts': inProcess('recovery/deploys'),
      'heartbeat.ts': inProcess('ownership/ownership', 'ownership/stall'),
      'journal-session.ts': inProcess('ownership/ownership', 'operations/cancel'),
      'recovery-worker.ts': inProcess('recovery/worker'),
      'operator-desk.ts': inProcess('operations/requests'),
      'registry.ts': ['test/core/engine/registry.spec.ts'],
      'result-waiter.ts': inProcess('recovery/waiting'),
      'retention.ts': inProcess('operations/retention'),
      'slots.ts': inProcess('recovery/waiting', 'recovery/suspects', 'recovery/worker'),
      'cancel.ts': inProcess('operations/cancel', 'operations/deadline-and-cancel'),
      'commands.ts': inProcess('operations/manual'),
      'resume.ts': inProcess('operations/resume'),
      'saga-reader.ts': inProcess('names', 'operations/operations'),
      'starts.ts': inProcess('runs/start', 'runs/start-overtaken'),
      'stored-run.ts': inProcess('runs/copies', 'runs/journal-failures'),
      'fence.ts': inProcess('ownership/no-lease', 'ownership/asleep'),
      'unknown-sagas.ts': inProcess('recovery/unknown-sagas'),
      'termination.ts': inProcess('recovery/unreadable', 'operations/manual'),
      'cancel-elsewhere.ts': inProcess('operations/cancel'),
      'owned-runs.ts': inProcess('operations/cancel', 'operations/stale-cancel'),
    },
  },
  sqlite: {
    sources: ['lib/journals/sqlite', 'lib/journals/sql'],
    specs: [
      'test/journals/sqlite/contract.spec.ts',
      'test/journals/sql/group-commit.spec.ts',
      'test/journals/sql/users.spec.ts',
      'test/journals/sqlite/settings.spec.ts',
      'test/journals/sqlite/plans.spec.ts',
      'test/journals/sqlite/processes.spec.ts',
      'test/journals/sqlite/thread.spec.ts',
      'test/journals/sqlite/property.spec.ts',
      'test/journals/sqlite/lease.spec.ts',
      'test/journals/sqlite/sent-error.spec.ts',
      'test/journals/sqlite/bad-rows.spec.ts',
      'test/journals/sqlite/libraries.spec.ts',
      'test/journals/sqlite/gone.spec.ts',
    ],
    first: {
      'find-driver.ts': ['test/journals/sqlite/settings.spec.ts'],
      'better-sqlite3.ts': ['test/journals/sqlite/settings.spec.ts'],
      'thread.ts': ['test/journals/sqlite/thread.spec.ts'],
      'sent-error.ts': ['test/journals/sqlite/sent-error.spec.ts'],
      'columns.ts': ['test/journals/sqlite/bad-rows.spec.ts'],
      'one-library.ts': ['test/journals/sqlite/libraries.spec.ts'],
      'file-watch.ts': ['test/journals/sqlite/gone.spec.ts'],
      'options.ts': ['test/journals/sqlite/settings.spec.ts'],
      ...SQL,
    },
  },
  postgres: {
    sources: ['lib/journals/postgres', 'lib/journals/sql'],
    specs: [
      'test/journals/postgres/contract.spec.ts',
      'test/journals/sql/group-commit.spec.ts',
      'test/journals/sql/users.spec.ts',
      'test/journals/postgres/settings.spec.ts',
      'test/journals/postgres/plans.spec.ts',
      'test/journals/postgres/pool.spec.ts',
      'test/journals/postgres/operating.spec.ts',
      'test/journals/postgres/known.spec.ts',
      'test/journals/postgres/bad-rows.spec.ts',
      'test/journals/postgres/contention.spec.ts',
      'test/journals/postgres/faults.spec.ts',
    ],
    first: {
      'driver.ts': ['test/journals/postgres/pool.spec.ts'],
      'options.ts': ['test/journals/postgres/settings.spec.ts'],
      'migrate.ts': ['test/journals/postgres/settings.spec.ts'],
      ...SQL,
    },
    server: true,
  },
};

/** Too slow to be run for every mutant, or of payloads and names, which pass through all rooms alike. */
const LEFT_OUT =
  /\b(contract|model|interleavings|payloads|names|sizes|retention|builder\.property)\.spec\.ts$/;

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

/**
 * Those to be run first, and all others. `lately`: what has found another mutant of that file.
 */
export function specsFor(room, file, lately = []) {
  const { first = {} } = ROOMS[room];
  const own = Object.entries(first).find(([name]) => file.endsWith(`/${name}`))?.[1] ?? [];
  const near = [...new Set([...lately, ...own])];
  return [near, SPECS[room].filter((spec) => !near.includes(spec))];
}
