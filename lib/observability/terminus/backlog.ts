import type { SagaEngine } from '../../core/index.js';

/** What waits for a process or for a person; absent is what nobody can tell. */
export interface Backlog {
  readonly parked: number;
  readonly unowned?: number;
  /** How long the oldest of the unowned ones has been there, in ms. */
  readonly oldestMs?: number;
}

const MOST = 1_000;

/** Where nobody counts them they are listed. */
async function parkedOf(engine: SagaEngine): Promise<number> {
  if (engine.insight === undefined) {
    const { sagas, nextCursor } = await engine.list({ status: 'parked', limit: MOST });
    return nextCursor === undefined ? sagas.length : sagas.length + 1;
  }
  const counts = await engine.insight.counts({ status: 'parked' });
  return counts.reduce((sum, { sagas }) => sum + sagas, 0);
}

/** Whether an engine can say which sagas nobody works on. On a server that resumes them there are none. */
export function canTellUnowned(engine: SagaEngine): boolean {
  return engine.insight !== undefined || engine.health().leaseLeftMs === undefined;
}

export async function backlogOf(engine: SagaEngine): Promise<Backlog> {
  const { insight } = engine;
  const parked = await parkedOf(engine);
  if (insight === undefined) return canTellUnowned(engine) ? { parked, unowned: 0 } : { parked };
  const [unfinished, now] = await Promise.all([insight.unfinished(), insight.now()]);
  const unowned = unfinished.reduce((sum, saga) => sum + saga.unowned, 0);
  const created = unfinished.flatMap(({ oldestUnowned }) => oldestUnowned?.getTime() ?? []);
  if (created.length === 0) return { parked, unowned };
  return { parked, unowned, oldestMs: Math.max(0, now.getTime() - Math.min(...created)) };
}
