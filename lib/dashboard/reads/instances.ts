import { hostname } from 'node:os';
import type { JournalInsight, JournalOwner } from '../../core/index.js';
import { knownNames } from '../../core/journal/index.js';
import { messageOf } from '../../core/ports/index.js';
import type { Dashboard } from '../dashboard.js';
import type { DashboardScope } from '../options.js';
import type { Instance, Instances, Orphans } from '../ui/wire.js';

const titleOf = ({ name, version }: { readonly name: string; readonly version: number }): string =>
  `${name} v${version}`;

/** What this process knows of itself, without asking anybody. */
function own({ engine }: Dashboard, now: number): Instance {
  const health = engine.health();
  const { owner = 'this process', activeRuns, leaseLeftMs, draining, heartbeatError } = health;
  return {
    ...{ owner, isAlive: true, here: true, sagas: activeRuns, draining },
    ...{ host: hostname(), pid: process.pid },
    ...(leaseLeftMs === undefined ? {} : { aliveUntil: now + leaseLeftMs }),
    knows: engine.definitions.map(titleOf),
    ...(heartbeatError === undefined ? {} : { problem: messageOf(heartbeatError) }),
  };
}

function instanceOf(one: JournalOwner, here: string | undefined): Instance {
  const { owner, isAlive, startedAt, aliveUntil, sagas, info } = one;
  return {
    ...{ owner, isAlive, sagas, here: owner === here },
    ...(startedAt === null ? {} : { startedAt: startedAt.getTime() }),
    ...(aliveUntil === null ? {} : { aliveUntil: aliveUntil.getTime() }),
    ...(info === undefined
      ? {}
      : {
          ...{ host: info.host, pid: info.pid, package: info.packageVersion },
          ...{ worker: info.worker, draining: info.draining, knows: info.sagas.map(titleOf) },
          ...(info.appVersion === undefined ? {} : { version: info.appVersion }),
        }),
  };
}

/** Unfinished sagas that nobody alive can resume. */
async function orphansOf(
  insight: JournalInsight,
  owners: readonly JournalOwner[],
  { names }: DashboardScope,
): Promise<readonly Orphans[]> {
  const known = knownNames(owners);
  if (known === undefined) return [];
  const unfinished = await insight.unfinished(names === undefined ? {} : { names });
  return unfinished
    .filter(({ name }) => !known.has(name))
    .map(({ name, version, sagas }) => ({ name, version, sagas }));
}

/** The processes of the journal, those alive first; of an engine without insight this one alone. */
export async function instancesOf(dashboard: Dashboard, scope: DashboardScope): Promise<Instances> {
  const { insight } = dashboard.engine;
  const now = Date.now();
  if (insight === undefined)
    return { now, instances: [own(dashboard, now)], orphans: [], partial: true };
  const here = dashboard.engine.health().owner;
  const owners = await insight.owners();
  const ranked = [...owners].sort(
    (one, other) =>
      Number(other.isAlive) - Number(one.isAlive) ||
      (other.aliveUntil?.getTime() ?? 0) - (one.aliveUntil?.getTime() ?? 0),
  );
  const orphans = scope.tags === undefined ? await orphansOf(insight, owners, scope) : [];
  return { now, instances: ranked.map((one) => instanceOf(one, here)), orphans, partial: false };
}
