import { strict as assert } from 'node:assert';
import type { SagaExecutionException } from '../../core/index.js';
import { failure, inTime, rejected, success, until } from './asserts.js';
import { engineCase, type EngineContractCase } from './harness.js';

/** How sagas are started: once, whoever asks how often, with what can be stored. */
export const startCases: readonly EngineContractCase[] = [
  engineCase('a second start of the same saga waits for the first', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: {} });
    const engine = await stage.deploy(plan);
    const first = await world.start(engine, plan, { id: 'twice' });
    const second = await world.start(engine, plan, { id: 'twice' });
    await success(second);
    await success(first);
    const third = await world.start(engine, plan, { id: 'twice' });
    assert.deepEqual((await success(third)).getStepResult('Charge'), { done: 'Charge' });
    assert.deepEqual(world.log('twice'), ['Create', 'Charge']);
  }),

  engineCase('a second start with another input or plan is a conflict', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: { does: ['waits'] } });
    const other = world.plan({ Create: {} }, { name: plan.name, version: 2 });
    const engine = await stage.deploy(plan, other);
    const first = await world.start(engine, plan, { id: 'taken' });
    await rejected(world.start(engine, plan, { id: 'taken', quantity: 9 }), 'SAGA_CONFLICT');
    await rejected(world.start(engine, other, { id: 'taken' }), 'SAGA_CONFLICT');
    await engine.cancel({ name: plan.name, id: 'taken' }, 'it takes too long');
    await failure(first);
    await rejected(world.start(engine, plan, { id: 'taken', quantity: 9 }), 'SAGA_CONFLICT');
  }),

  engineCase('a start after a deploy is answered by the saga that has ended', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: {} });
    const bad = world.plan({ Create: {}, Charge: { does: ['declines'] } });
    const old = await stage.deploy(plan, bad);
    await success(await world.start(old, plan, { id: 'asked-again' }));
    await failure(await world.start(old, bad, { id: 'failed-again' }));
    const changed = world.plan({ Create: {}, Ship: {} }, { name: plan.name });
    const newer = world.plan({ Pack: {} }, { name: bad.name, version: 2 });
    const engine = await stage.deploy(changed, newer);
    const again = await success(await world.start(engine, changed, { id: 'asked-again' }));
    assert.deepEqual(again.getStepResult('Charge'), { done: 'Charge' });
    await assert.doesNotReject(world.start(engine, newer, { id: 'failed-again' }));
    const failed = await failure(await world.start(engine, newer, { id: 'failed-again' }));
    assert.deepEqual(failed.compensated, ['Create']);
    const other = world.start(engine, changed, { id: 'asked-again', quantity: 9 });
    await rejected(other, 'SAGA_CONFLICT');
    assert.deepEqual(world.log('asked-again'), ['Create', 'Charge']);
    assert.deepEqual(world.log('failed-again'), ['Create', 'Charge', 'undo Create']);
  }),

  engineCase('of starts at the same time one runs, and all hear of its end', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: {} });
    const engine = await stage.deploy(plan);
    const starts = Array.from({ length: 8 }, () => world.start(engine, plan, { id: 'at-once' }));
    const handles = await Promise.all(starts);
    const ends = await Promise.all(handles.map((handle) => success(handle)));
    assert.equal(ends.filter(({ isSuccess }) => isSuccess).length, 8);
    assert.deepEqual(world.log('at-once'), ['Create', 'Charge']);
  }),

  engineCase('a chain that is run hears what a start is told, and its end', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: {} });
    const bad = world.plan({ Create: {}, Charge: { does: ['declines'] } });
    const engine = await stage.deploy(plan, bad);
    const starts = Array.from({ length: 4 }, () => world.run(engine, plan, { id: 'run' }));
    const ends = await Promise.all(starts);
    assert.deepEqual(
      ends.map((saga) => saga.getStepResult('Charge')),
      ends.map(() => ({ done: 'Charge' })),
    );
    assert.deepEqual(
      ends.map(({ context }) => (context as { note: string }).note),
      ends.map(() => 'Create.Charge.'),
    );
    assert.deepEqual(world.log('run'), ['Create', 'Charge']);
    await rejected(world.run(engine, plan, { id: 'run', quantity: 9 }), 'SAGA_CONFLICT');
    const failed = await rejected(world.run(engine, bad, { id: 'run-badly' }), 'SAGA_EXECUTION');
    assert.deepEqual((failed as SagaExecutionException).compensated, ['Create']);
  }),

  engineCase('a second start of a saga that failed hears of the same failure', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: { does: ['declines'] } });
    const engine = await stage.deploy(plan);
    await failure(await world.start(engine, plan, { id: 'failed' }));
    const again = await failure(await world.start(engine, plan, { id: 'failed' }));
    assert.deepEqual(again.compensated, ['Create']);
    assert.deepEqual(world.log('failed'), ['Create', 'Charge', 'undo Create']);
  }),

  engineCase('any text is an id', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: { does: ['declines'] } });
    const engine = await stage.deploy(plan);
    for (const id of ['a/b?c=d#e', '..', 'it\'s "quoted" \\ %2F', 'ä €  ☃ 𝄞', '\u0001\n']) {
      assert.equal((await failure(await world.start(engine, plan, { id }))).sagaId, id);
      assert.equal((await engine.get({ name: plan.name, id }))?.id, id);
      assert.deepEqual(world.log(id), ['Create', 'Charge', 'undo Create']);
    }
  }),

  engineCase('a start is durable before its first step has ended', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: { does: ['waits'] } });
    const engine = await stage.deploy(plan);
    const handle = await inTime(world.start(engine, plan, { id: 'slow' }), 'a start');
    const ref = { name: plan.name, id: 'slow' };
    assert.equal((await until(engine, ref, 'running')).version, 1);
    await engine.cancel(ref, 'it takes too long');
    await failure(handle);
  }),

  engineCase('an input that cannot be stored is refused before anything runs', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {} });
    const engine = await stage.deploy(plan);
    const huge = { product: 'x'.repeat(3_000_000), quantity: 1 };
    await rejected(engine.start(plan, huge, { id: 'huge' }), 'SAGA_SERIALIZATION');
    const odd = { product: () => 'tea', quantity: 1 };
    await rejected(engine.start(plan, odd, { id: 'odd' }), 'SAGA_SERIALIZATION');
    assert.equal(await engine.get({ name: plan.name, id: 'huge' }), undefined);
    assert.deepEqual(world.log('huge'), []);
  }),

  engineCase(
    'a result that cannot be stored undoes its step, which is not repeated',
    async (stage) => {
      const { world } = stage;
      const retry = { retries: 3, delay: 5 };
      const plan = world.plan({ Create: {}, Charge: { does: ['answers-unstorable'], retry } });
      const engine = await stage.deploy(plan);
      const handle = await world.start(engine, plan);
      const failed = await failure(handle);
      assert.equal(failed.status, 'compensated');
      assert.equal((failed.cause as { code?: string }).code, 'SAGA_SERIALIZATION');
      assert.deepEqual(world.log(handle.id), ['Create', 'Charge', 'undo Charge', 'undo Create']);
    },
  ),

  engineCase('a start from a label passes over the steps before it', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Reserve: {}, Charge: { does: ['declines'] } });
    const engine = await stage.deploy(plan);
    const unknown = world.start(engine, plan, { id: 'nowhere', resumeFrom: 'Nowhere' });
    await rejected(unknown, 'SAGA_STATE');
    const handle = await world.start(engine, plan, { resumeFrom: 'Reserve' });
    const failed = await failure(handle);
    assert.deepEqual(failed.skipped, ['Create']);
    assert.deepEqual(failed.compensated, ['Reserve']);
    const again = { id: handle.id, resumeFrom: 'Reserve' };
    await rejected(world.start(engine, plan, again), 'SAGA_STATE');
    await rejected(world.start(engine, plan, { ...again, quantity: 3 }), 'SAGA_CONFLICT');
    assert.deepEqual(world.log(handle.id), ['Reserve', 'Charge', 'undo Reserve']);
  }),
];
