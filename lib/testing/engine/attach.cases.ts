import { strict as assert } from 'node:assert';
import { failure, inTime, success, until } from './asserts.js';
import { engineCase, type EngineContractCase } from './harness.js';

/** How a saga is found by its id: as it stands, with its data and its end. */
export const attachCases: readonly EngineContractCase[] = [
  engineCase('a saga under way is found by its id, with its data and its end', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: { does: ['waits'] } });
    const engine = await stage.deploy(plan);
    const ref = { name: plan.name, id: 'under-way' };
    const charging = world.asked('Charge', ref.id);
    await world.start(engine, plan, { id: ref.id });
    // Found at once, and with what is durable by then.
    const first = await inTime(engine.attach(ref), 'a look at a saga under way');
    assert.equal(first?.status, 'running');
    await inTime(charging, 'Charge');
    const found = await engine.attach(ref);
    assert.ok(found !== undefined, 'it is there');
    assert.equal(found.id, ref.id);
    assert.equal(found.status, 'running');
    assert.deepEqual(found.getStepResult('Create'), { done: 'Create' });
    assert.equal(found.getStepResult('Charge'), undefined);
    assert.deepEqual(found.context, { product: 'tea', quantity: 2, note: 'Create.' });
    await engine.cancel(ref, 'it takes too long');
    assert.deepEqual((await failure(found)).compensated, ['Charge', 'Create']);
  }),

  engineCase('a saga that has ended is found by its id after a deploy', async (stage) => {
    const { world } = stage;
    const first = world.plan({ Create: {}, Charge: {} });
    const bad = world.plan({ Create: {}, Charge: { does: ['declines'] } });
    const stuck = world.plan({
      Create: { undoes: ['declines-for-good'] },
      Charge: { does: ['declines'] },
    });
    const old = await stage.deploy(first, bad, stuck);
    await success(await world.start(old, first, { id: 'found' }));
    await failure(await world.start(old, bad, { id: 'found-failed' }));
    await failure(await world.start(old, stuck, { id: 'found-parked' }));
    const changed = world.plan({ Create: {}, Ship: {} }, { name: first.name, version: 2 });
    const engine = await stage.deploy(changed, bad, stuck);

    const found = await engine.attach({ name: first.name, id: 'found' });
    assert.ok(found !== undefined, 'it is there');
    assert.equal(found.status, 'completed');
    assert.deepEqual(found.getStepResult('Charge'), { done: 'Charge' });
    assert.deepEqual(found.context, { product: 'tea', quantity: 2, note: 'Create.Charge.' });
    assert.deepEqual((await success(found)).getStepResult('Charge'), { done: 'Charge' });

    const failed = await engine.attach({ name: bad.name, id: 'found-failed' });
    assert.equal(failed?.status, 'compensated');
    assert.deepEqual((await failure(failed)).compensated, ['Create']);

    const parked = await engine.attach({ name: stuck.name, id: 'found-parked' });
    assert.equal(parked?.status, 'parked');
    assert.equal(parked.parkReason, 'compensation-failed');
    assert.equal((await failure(parked)).parkReason, 'compensation-failed');
    assert.deepEqual(world.log('found'), ['Create', 'Charge']);
  }),

  engineCase(
    'an id that nobody has started, or that was forgotten, finds nothing',
    async (stage) => {
      const { world } = stage;
      const plan = world.plan({ Create: {} });
      const engine = await stage.deploy(plan);
      assert.equal(await engine.attach({ name: plan.name, id: 'nobody' }), undefined);
      const handle = await world.start(engine, plan, { id: 'forgotten' });
      await success(handle);
      const ref = { name: plan.name, id: handle.id };
      await until(engine, ref, 'completed');
      await engine.forget(ref);
      assert.equal(await engine.attach(ref), undefined);
    },
  ),
];
