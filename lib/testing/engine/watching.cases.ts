import { strict as assert } from 'node:assert';
import type { EngineHealth } from '../../core/index.js';
import { failure, inTime, PATIENCE_MS, success } from './asserts.js';
import { engineCase, type EngineContractCase } from './harness.js';

const TRACE = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };

function pick({ activeRuns, draining }: EngineHealth) {
  return { activeRuns, draining };
}

/** What observers and interceptors are told, which may not change a saga. */
export const watchingCases: readonly EngineContractCase[] = [
  engineCase(
    'interceptors stand around every attempt of an action, an undo and a probe',
    async (stage) => {
      const { world, watcher } = stage;
      const plan = world.plan({
        Create: {},
        Charge: { does: ['is-cut-off'], probes: 'truth' },
        Ship: { does: ['declines'], retry: { retries: 1, delay: 1 } },
      });
      const engine = await stage.deploy(plan);
      const handle = await world.start(engine, plan);
      await failure(handle);
      const { id } = handle;
      const calls = watcher.of(id).filter(({ by }) => by === 'interceptor');
      assert.deepEqual(
        calls.map(({ what }) => what),
        [
          'action Create 1',
          'action Charge 1',
          'probe Charge 1',
          'action Ship 1',
          'action Ship 2',
        ].concat(['undo Charge 1', 'undo Create 1']),
      );
      assert.equal(calls.length, world.log(id).length);
    },
    (watcher) => ({ observers: [watcher], interceptors: [watcher] }),
  ),

  engineCase(
    'observers and interceptors see what a saga was started with, and when, also after a deploy',
    async (stage) => {
      const { world, watcher } = stage;
      const plan = world.plan({ Create: { pivot: true }, Charge: { does: ['declines', 'ok'] } });
      const handle = await world.start(await stage.deploy(plan), plan, { headers: TRACE });
      await failure(handle);
      const before = watcher.of(handle.id).length;
      const deployed = Date.now();
      const engine = await stage.deploy(plan);
      await success(await engine.resume({ name: plan.name, id: handle.id }));
      const seen = watcher.of(handle.id);
      for (const { by, what, headers, createdAt } of seen) {
        assert.deepEqual({ ...headers }, TRACE, `${by} of ${what}`);
        assert.ok(createdAt <= deployed && createdAt > deployed - 60_000, `${by} of ${what}`);
      }
      const after = new Set(seen.slice(before).map(({ by }) => by));
      assert.deepEqual([...after].sort(), ['interceptor', 'observer']);
    },
    (watcher) => ({ observers: [watcher], interceptors: [watcher] }),
  ),

  engineCase('health tells active runs, and that an engine closes', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: { does: ['waits'] } });
    const engine = await stage.deploy(plan);
    assert.deepEqual(pick(engine.health()), { activeRuns: 0, draining: false });
    const asked = world.asked('Create', 'slow');
    const handle = await world.start(engine, plan, { id: 'slow' });
    await inTime(asked, 'the call of its action');
    assert.deepEqual(pick(engine.health()), { activeRuns: 1, draining: false });
    await engine.cancel({ name: plan.name, id: 'slow' }, 'it takes too long');
    await failure(handle);
    const last = Date.now() + PATIENCE_MS;
    while (engine.health().activeRuns > 0 && Date.now() < last) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.deepEqual(pick(engine.health()), { activeRuns: 0, draining: false });
    const closed = engine.close();
    assert.equal(engine.health().draining, true, 'from the beginning');
    await closed;
    assert.equal(engine.health().draining, true, 'and for good');
  }),

  engineCase(
    'startHeaders adds to what a saga is started with; the start itself has the last word',
    async (stage) => {
      const { world, watcher } = stage;
      const plan = world.plan({ Create: {} });
      const engine = await stage.deploy(plan);
      const handle = await world.start(engine, plan, { headers: { tenant: 'north' } });
      await success(handle);
      const [first] = watcher.of(handle.id);
      assert.deepEqual({ ...first?.headers }, { tenant: 'north', ...TRACE });
    },
    (watcher) => ({
      observers: [watcher],
      startHeaders: () => ({ tenant: 'south', ...TRACE }),
    }),
  ),
];
