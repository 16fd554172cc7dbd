import { strict as assert } from 'node:assert';
import { failure, success, until } from './asserts.js';
import { engineCase, type EngineContractCase, type Stage } from './harness.js';

const WHY = { by: 'ann', reason: 'looked into it' };

/** Parked, because nobody knows whether the charge, which cannot be undone, took place. */
export async function inDoubt(stage: Stage, first: 'loses-its-answer' | 'waits') {
  const { world } = stage;
  const final = { undoes: null, pivot: true, idempotent: false, timeout: 50 };
  const plan = world.plan({
    Create: {},
    Charge: { does: [first, 'ok'], ...final },
    Ship: {},
  });
  const engine = await stage.deploy(plan);
  const handle = await world.start(engine, plan);
  assert.equal((await failure(handle)).parkReason, 'in-doubt');
  return { world, plan, engine, id: handle.id, ref: { name: plan.name, id: handle.id } };
}

/** What becomes of a step of which nobody knows whether it took place. */
export const doubtCases: readonly EngineContractCase[] = [
  engineCase(
    'a lost answer is not a failure: the probe is asked, the step undone',
    async (stage) => {
      const { world } = stage;
      const asked = world.plan({ Create: {}, Charge: { does: ['is-cut-off'], probes: 'truth' } });
      const undone = world.plan({ Create: {}, Charge: { does: ['is-cut-off'] } });
      const engine = await stage.deploy(asked, undone);
      const handle = await world.start(engine, asked);
      const found = (await success(handle)).getStepResult('Charge');
      assert.deepEqual(found, { found: 'Charge' });
      assert.deepEqual(world.log(handle.id), ['Create', 'Charge', 'probe Charge']);
      const { id } = await world.start(engine, undone);
      await until(engine, { name: undone.name, id }, 'compensated');
      assert.deepEqual(world.log(id), ['Create', 'Charge', 'undo Charge', 'undo Create']);
      assert.deepEqual(world.standing(id), []);
    },
  ),

  engineCase(
    'a step in doubt that must not be repeated parks before its pivot is passed',
    async (stage) => {
      const { world, plan, engine, id, ref } = await inDoubt(stage, 'loses-its-answer');
      await engine.manual(ref, { act: 'mark-done', label: 'Charge', result: { by: 'hand' } }, WHY);
      await until(engine, ref, 'completed');
      const again = await world.start(engine, plan, { id });
      assert.deepEqual((await success(again)).getStepResult('Charge'), { by: 'hand' });
      assert.deepEqual(world.log(id), ['Create', 'Charge', 'Ship']);
    },
  ),

  engineCase('a step that did not take place is run by a resume, and only then', async (stage) => {
    const { world, engine, id, ref } = await inDoubt(stage, 'waits');
    await engine.manual(ref, { act: 'mark-not-done', label: 'Charge' }, WHY);
    assert.equal((await engine.get(ref))?.status, 'parked');
    assert.deepEqual(world.log(id), ['Create', 'Charge']);
    await engine.resume(ref);
    await until(engine, ref, 'completed');
    assert.deepEqual(world.log(id), ['Create', 'Charge', 'Charge', 'Ship']);
  }),

  engineCase('a step that did not take place is not undone by a cancel', async (stage) => {
    const { world, engine, id, ref } = await inDoubt(stage, 'waits');
    await engine.manual(ref, { act: 'mark-not-done', label: 'Charge' }, WHY);
    await engine.cancel(ref, 'no longer wanted');
    await until(engine, ref, 'compensated');
    assert.deepEqual(world.log(id), ['Create', 'Charge', 'undo Create']);
  }),
];
