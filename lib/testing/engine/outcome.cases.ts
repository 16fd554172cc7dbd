import { strict as assert } from 'node:assert';
import { failure, success, until } from './asserts.js';
import { engineCase, type EngineContractCase } from './harness.js';
import type { Participant } from './participants.js';

const QUICK = { retries: 2, delay: 5 };
const LABELS = ['Create', 'Reserve', 'Charge'];

/** A plan whose step k declines. */
function failingAt(k: number): Record<string, Participant> {
  return Object.fromEntries(
    LABELS.map((label, index): [string, Participant] => [
      label,
      index === k ? { does: ['declines'] } : {},
    ]),
  );
}

/** How sagas end: done, undone, in doubt, or past the pivot. */
export const outcomeCases: readonly EngineContractCase[] = [
  engineCase('a saga whose steps succeed completes, and its caller sees it', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Reserve: {}, Charge: {} });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan);
    const saga = await success(handle);
    assert.equal(saga.isSuccess, true);
    assert.equal(saga.sagaId, handle.id);
    assert.deepEqual(saga.getStepResult('Reserve'), { done: 'Reserve' });
    assert.equal((saga.context as { note: string }).note, 'Create.Reserve.Charge.');
    assert.deepEqual(world.log(handle.id), LABELS);
    assert.deepEqual(world.standing(handle.id), LABELS);
    const details = await engine.get({ name: plan.name, id: handle.id });
    assert.equal(details?.status, 'completed');
    assert.equal(details?.timeline.at(-1)?.type, 'completed');
  }),

  ...[0, 1, 2].map((k) =>
    engineCase(`a failure at step ${k + 1} undoes those before it, in reverse`, async (stage) => {
      const { world } = stage;
      const plan = world.plan(failingAt(k));
      const engine = await stage.deploy(plan);
      const handle = await world.start(engine, plan);
      const failed = await failure(handle);
      const undone = LABELS.slice(0, k).reverse();
      assert.equal(failed.status, 'compensated');
      assert.equal(failed.failedLabel, LABELS[k]);
      assert.match(String((failed.cause as Error).message), /was declined/);
      assert.deepEqual(failed.compensated, undone);
      assert.deepEqual(failed.notCompensated, []);
      assert.deepEqual(world.standing(handle.id), []);
      assert.deepEqual(world.log(handle.id), [
        ...LABELS.slice(0, k + 1),
        ...undone.map((label) => `undo ${label}`),
      ]);
      const details = await engine.get({ name: plan.name, id: handle.id });
      assert.equal(details?.status, 'compensated');
    }),
  ),

  engineCase('a step is retried after its pauses, with one key, on a fresh copy', async (stage) => {
    const { world } = stage;
    const retry = { retries: 2, delay: 60, factor: 2 };
    const plan = world.plan({
      Create: {},
      Charge: { does: ['declines', 'declines', 'ok'], retry },
    });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan);
    const saga = await success(handle);
    const calls = world.calls.filter(({ what }) => what === 'Charge');
    assert.deepEqual(
      calls.map(({ attempt }) => attempt),
      [1, 2, 3],
    );
    assert.equal(new Set(calls.map(({ key }) => key)).size, 1);
    // What a failed attempt did to the context is dropped.
    assert.equal((saga.context as { note: string }).note, 'Create.Charge.');
    const [first = 0, second = 0, third = 0] = calls.map(({ at }) => at);
    assert.ok(second - first >= 59 && third - second >= 119, 'it waits 60 ms, then 120 ms');
  }),

  engineCase('a step that uses up its attempts fails; one for good does not', async (stage) => {
    const { world } = stage;
    const worn = world.plan({ Create: {}, Charge: { does: ['declines'], retry: QUICK } });
    const final = world.plan({ Create: {}, Charge: { does: ['declines-for-good'], retry: QUICK } });
    const engine = await stage.deploy(worn, final);
    for (const [plan, attempts] of [
      [worn, 3],
      [final, 1],
    ] as const) {
      const handle = await world.start(engine, plan);
      assert.equal((await failure(handle)).status, 'compensated');
      const tries = world.log(handle.id).filter((what) => what === 'Charge');
      assert.equal(tries.length, attempts);
    }
  }),

  engineCase('a step whose answer is lost is undone as unknown', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: { does: ['loses-its-answer'] } });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan);
    assert.deepEqual((await failure(handle)).compensated, ['Charge', 'Create']);
    const undo = world.calls.find(({ what }) => what === 'undo Charge');
    assert.equal(undo?.outcome, 'unknown');
    assert.deepEqual(world.standing(handle.id), []);
  }),

  engineCase('an attempt over its time is aborted and undone as unknown', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: { does: ['waits'], timeout: 50 } });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan);
    const failed = await failure(handle);
    assert.equal((failed.cause as { code?: string }).code, 'SAGA_TIMEOUT');
    assert.deepEqual(failed.compensated, ['Charge', 'Create']);
  }),

  engineCase('a probe settles what is in doubt, with the result that was lost', async (stage) => {
    const { world } = stage;
    const plan = world.plan({
      Create: {},
      Charge: { does: ['loses-its-answer'], probes: 'truth' },
      Ship: { does: ['waits', 'ok'], timeout: 50, retry: QUICK, probes: 'truth' },
    });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan);
    const saga = await success(handle);
    assert.deepEqual(saga.getStepResult('Charge'), { found: 'Charge' });
    const expected = ['Create', 'Charge', 'probe Charge', 'Ship', 'probe Ship', 'Ship'];
    assert.deepEqual(world.log(handle.id), expected);
  }),

  engineCase('past the pivot nothing is undone: it parks, and a resume ends it', async (stage) => {
    const { world } = stage;
    const plan = world.plan({
      Create: {},
      Charge: { pivot: true },
      Ship: { does: ['declines', 'declines', 'declines', 'ok'], retry: QUICK },
    });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan);
    const failed = await failure(handle);
    assert.equal(failed.status, 'parked');
    assert.equal(failed.parkReason, 'failed-after-pivot');
    assert.deepEqual(world.standing(handle.id), ['Create', 'Charge']);
    const ref = { name: plan.name, id: handle.id };
    assert.equal((await until(engine, ref, 'parked')).parkReason, 'failed-after-pivot');
    const listed = await engine.list({ name: plan.name, parkReason: 'failed-after-pivot' });
    assert.deepEqual(
      listed.sagas.map(({ id, parkReason, label }) => [id, parkReason, label]),
      [[handle.id, 'failed-after-pivot', 'Ship']],
    );
    assert.deepEqual((await engine.list({ name: plan.name, parkReason: 'in-doubt' })).sagas, []);
    const resumed = await engine.resume(ref);
    await success(resumed);
    assert.deepEqual(world.standing(handle.id), ['Create', 'Charge', 'Ship']);
    const [goneOn] = (await engine.list({ name: plan.name })).sagas;
    assert.deepEqual([goneOn?.parkReason, goneOn?.label], [undefined, undefined]);
  }),
];
