import { strict as assert } from 'node:assert';
import { failure, inTime, rejected, success, until } from './asserts.js';
import { engineCase, type EngineContractCase } from './harness.js';

const QUICK = { retries: 1, delay: 5 };
const WHY = { by: 'ann', reason: 'looked into it' };

/** What operators and deadlines do to sagas. */
export const operationsCases: readonly EngineContractCase[] = [
  engineCase('a cancel aborts the action in flight, then undoes what was done', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: { does: ['waits'] }, Ship: {} });
    const engine = await stage.deploy(plan);
    const asked = world.asked('Charge', 'stop');
    const handle = await world.start(engine, plan, { id: 'stop' });
    await inTime(asked, 'Charge');
    await engine.cancel({ name: plan.name, id: 'stop' }, 'changed my mind');
    const failed = await failure(handle);
    assert.equal(failed.status, 'compensated');
    assert.match((failed.cause as Error).message, /changed my mind/);
    // Nobody knows how far an aborted action came.
    assert.deepEqual(world.log('stop'), ['Create', 'Charge', 'undo Charge', 'undo Create']);
  }),

  engineCase('a cancel ends the pause before a retry', async (stage) => {
    const { world } = stage;
    const retry = { retries: 1, delay: 60_000, maxDelay: 60_000 };
    const plan = world.plan({ Create: {}, Charge: { does: ['declines'], retry } });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan, { id: 'pausing' });
    const ref = { name: plan.name, id: 'pausing' };
    // Not as soon as it is asked: an engine without a server would still find the action in flight.
    await until(engine, ref, 'running', 'failed');
    await engine.cancel(ref, 'changed my mind');
    assert.deepEqual((await failure(handle)).compensated, ['Create']);
    assert.deepEqual(world.log('pausing'), ['Create', 'Charge', 'undo Create']);
  }),

  engineCase('what has ended, is unknown or past its pivot is not cancelled', async (stage) => {
    const { world } = stage;
    const plan = world.plan({
      Create: { pivot: true },
      Ship: { does: ['waits', 'ok'], retry: QUICK, timeout: 300 },
    });
    const engine = await stage.deploy(plan);
    const asked = world.asked('Ship', 'late');
    const handle = await world.start(engine, plan, { id: 'late' });
    const ref = { name: plan.name, id: 'late' };
    await inTime(asked, 'Ship');
    await rejected(engine.cancel(ref, 'too late'), 'SAGA_STATE');
    await success(handle);
    await rejected(engine.cancel(ref, 'too late'), 'SAGA_STATE');
    await rejected(engine.cancel({ name: plan.name, id: 'nobody' }, 'who?'), 'SAGA_NOT_FOUND');
    await rejected(engine.cancel({ name: 'Nothing', id: 'nobody' }, 'who?'), 'SAGA_NOT_FOUND');
    assert.equal(await engine.get({ name: plan.name, id: 'nobody' }), undefined);
  }),

  engineCase('a deadline cancels a saga that has not ended', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: { does: ['waits'] } });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan, { deadline: 400 });
    const failed = await failure(handle);
    assert.equal(failed.status, 'compensated');
    assert.equal((failed.cause as { code?: string }).code, 'SAGA_CANCELLED');
    const past = await world.start(engine, plan, { deadline: new Date(Date.now() - 1_000) });
    assert.equal((await failure(past)).status, 'compensated');
    assert.deepEqual(world.log(past.id), []);
  }),

  engineCase('an undo has its own retries, and a cancel does not stop it', async (stage) => {
    const { world } = stage;
    const plan = world.plan({
      Create: {
        undoes: ['declines', 'declines', 'ok'],
        compensationRetry: { retries: 2, delay: 100 },
      },
      Charge: { does: ['declines'] },
    });
    const engine = await stage.deploy(plan);
    const undoing = world.asked('undo Create', 'undoing');
    const handle = await world.start(engine, plan, { id: 'undoing' });
    await inTime(undoing, 'undo Create');
    await rejected(engine.cancel({ name: plan.name, id: 'undoing' }, 'no'), 'SAGA_STATE');
    assert.deepEqual((await failure(handle)).compensated, ['Create']);
    assert.equal(world.log('undoing').filter((what) => what === 'undo Create').length, 3);
  }),

  engineCase(
    'an undo whose retries are exhausted parks the saga, after the others; it can be retried',
    async (stage) => {
      const { world } = stage;
      const plan = world.plan({
        Create: {},
        Reserve: { undoes: ['declines', 'declines', 'ok'], compensationRetry: QUICK },
        Charge: { does: ['declines'] },
      });
      const engine = await stage.deploy(plan);
      const handle = await world.start(engine, plan);
      const ref = { name: plan.name, id: handle.id };
      const failed = await failure(handle);
      assert.equal(failed.status, 'parked');
      assert.equal(failed.parkReason, 'compensation-failed');
      assert.deepEqual(failed.compensated, ['Create']);
      assert.deepEqual(failed.notCompensated, ['Reserve']);
      assert.equal(failed.compensationErrors[0]?.label, 'Reserve');
      await rejected(engine.resume(ref), 'SAGA_STATE');
      await engine.manual(ref, { act: 'retry-compensation' }, WHY);
      const details = await until(engine, ref, 'compensated');
      assert.ok(details.timeline.some((event) => event.type === 'manual' && event.by === 'ann'));
      assert.deepEqual(world.standing(handle.id), []);
    },
  ),

  engineCase('what was undone by hand is not undone again', async (stage) => {
    const { world } = stage;
    const plan = world.plan({
      Create: { undoes: ['declines-for-good'] },
      Charge: { does: ['declines'] },
    });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan);
    const ref = { name: plan.name, id: handle.id };
    assert.equal((await failure(handle)).status, 'parked');
    await rejected(
      engine.manual(ref, { act: 'mark-compensated', label: 'Charge' }, WHY),
      'SAGA_STATE',
    );
    world.undoneByHand(handle.id, 'Create');
    await engine.manual(ref, { act: 'mark-compensated', label: 'Create' }, WHY);
    await until(engine, ref, 'compensated');
    assert.equal(world.log(handle.id).filter((what) => what === 'undo Create').length, 1);
  }),

  engineCase('what was terminated while compensating can be undone later', async (stage) => {
    const { world } = stage;
    const compensationRetry = { retries: 1, delay: 60_000, maxDelay: 60_000 };
    const plan = world.plan({
      Create: {},
      Reserve: { undoes: ['declines', 'ok'], compensationRetry },
      Charge: { does: ['declines'] },
    });
    const engine = await stage.deploy(plan);
    const asked = world.asked('undo Reserve', 'back-later');
    const handle = await world.start(engine, plan, { id: 'back-later' });
    const ref = { name: plan.name, id: 'back-later' };
    await inTime(asked, 'undo Reserve');
    await rejected(engine.resume(ref), 'SAGA_STATE');
    await engine.manual(ref, { act: 'terminate' }, WHY);
    assert.equal((await failure(handle)).parkReason, 'terminated');
    await until(engine, ref, 'parked');
    await engine.manual(ref, { act: 'retry-compensation' }, WHY);
    await until(engine, ref, 'compensated');
    assert.deepEqual(world.standing('back-later'), []);
  }),

  engineCase(
    'a saga is terminated where it is: nothing is undone, nothing goes on',
    async (stage) => {
      const { world } = stage;
      const plan = world.plan({ Create: {}, Charge: { does: ['waits'] }, Ship: {} });
      const engine = await stage.deploy(plan);
      const asked = world.asked('Charge', 'ended');
      const handle = await world.start(engine, plan, { id: 'ended' });
      const ref = { name: plan.name, id: 'ended' };
      await inTime(asked, 'Charge');
      await engine.manual(ref, { act: 'terminate' }, WHY);
      assert.equal((await failure(handle)).parkReason, 'terminated');
      await until(engine, ref, 'parked');
      await rejected(engine.resume(ref), 'SAGA_STATE');
      await engine.forget(ref);
      assert.equal(await engine.get(ref), undefined);
      assert.deepEqual(world.log('ended'), ['Create', 'Charge']);
    },
  ),
];
