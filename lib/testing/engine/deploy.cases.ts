import { strict as assert } from 'node:assert';
import { failure, rejected, success, until } from './asserts.js';
import { engineCase, type EngineContractCase } from './harness.js';

const WHY = { by: 'ann', reason: 'looked into it' };

/** What becomes of unfinished sagas when their plan changes, and how sagas are found. */
export const deployCases: readonly EngineContractCase[] = [
  engineCase('each version of a saga finishes by its own plan', async (stage) => {
    const { world } = stage;
    const first = world.plan({
      Create: {},
      Charge: { pivot: true },
      Ship: { does: ['declines', 'ok'] },
    });
    const options = { name: first.name, version: 2 };
    const second = world.plan({ Create: {}, Charge: { pivot: true }, Notify: {} }, options);
    const old = await stage.deploy(first);
    const handle = await world.start(old, first);
    assert.equal((await failure(handle)).parkReason, 'failed-after-pivot');

    const engine = await stage.deploy(first, second);
    const resumed = await engine.resume({ name: first.name, id: handle.id });
    await success(resumed);
    assert.deepEqual(world.log(handle.id), ['Create', 'Charge', 'Ship', 'Ship']);
    const fresh = await world.start(engine, second);
    await success(fresh);
    assert.deepEqual(world.log(fresh.id), ['Create', 'Charge', 'Notify']);
  }),

  engineCase('a changed plan goes on where what was executed still begins it', async (stage) => {
    const { world } = stage;
    const first = world.plan({ Create: { pivot: true }, Charge: { does: ['declines', 'ok'] } });
    const changed = world.plan(
      { Create: { pivot: true }, Charge: {}, Ship: {} },
      { name: first.name },
    );
    const old = await stage.deploy(first);
    const handle = await world.start(old, first);
    assert.equal((await failure(handle)).parkReason, 'failed-after-pivot');

    const engine = await stage.deploy(changed);
    world.redefined(handle.id, changed);
    const resumed = await engine.resume({ name: first.name, id: handle.id });
    await success(resumed);
    assert.deepEqual(world.log(handle.id), ['Create', 'Charge', 'Charge', 'Ship']);
  }),

  engineCase('an undo that went with a deploy parks the saga until it is back', async (stage) => {
    const { world } = stage;
    const stuck = { undoes: ['declines', 'ok'] as const, compensationRetry: 0 };
    const steps = { Create: {}, Reserve: stuck, Charge: { does: ['declines'] as const } };
    const first = world.plan(steps);
    const without = world.plan({ Create: {}, Charge: {} }, { name: first.name });
    const back = world.plan({ Create: {}, Charge: {} }, { name: first.name, retired: ['Reserve'] });
    const old = await stage.deploy(first);
    const handle = await world.start(old, first);
    const ref = { name: first.name, id: handle.id };
    assert.equal((await failure(handle)).parkReason, 'compensation-failed');

    const engine = await stage.deploy(without);
    world.redefined(handle.id, without);
    await engine.manual(ref, { act: 'retry-compensation' }, WHY);
    const parked = await until(engine, ref, 'parked');
    assert.equal(parked.parkReason, 'definition-mismatch');
    assert.deepEqual(world.standing(handle.id), ['Reserve']);

    const whole = await stage.deploy(back);
    world.redefined(handle.id, back);
    await whole.manual(ref, { act: 'retry-compensation' }, WHY);
    await until(whole, ref, 'compensated');
    assert.deepEqual(world.standing(handle.id), []);
  }),

  engineCase('an engine tells the plans of its deploy, and no others', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {} });
    const engine = await stage.deploy(plan);
    await assert.doesNotReject(engine.ping());
    assert.throws(() => engine.definition('Nothing'), /Nothing/);
    assert.equal(engine.definition(plan.name), plan);
    assert.deepEqual(engine.definitions, [plan]);
  }),

  engineCase('sagas are found by name, status, key and tags, newest first', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {}, Charge: { does: ['ok', 'ok'] } });
    const bad = world.plan({
      Create: { undoes: ['declines-for-good'] },
      Charge: { does: ['declines'] },
    });
    const engine = await stage.deploy(plan, bad);
    const tags = { shop: `north '${plan.name}'` };
    await success(await world.start(engine, plan, { id: 'list-1', key: 'ann', tags }));
    await success(await world.start(engine, plan, { id: 'list-2', tags }));
    await success(await world.start(engine, plan, { id: 'list-3' }));
    await failure(await world.start(engine, bad, { id: 'list-4', tags }));
    const ids = async (filter: Parameters<typeof engine.list>[0]): Promise<readonly string[]> =>
      (await engine.list(filter)).sagas.map(({ id }) => id);
    const { name } = plan;
    await until(engine, { name: bad.name, id: 'list-4' }, 'parked');
    assert.deepEqual(await ids({ name }), ['list-3', 'list-2', 'list-1']);
    assert.deepEqual(await ids({ name, key: 'ann' }), ['list-1']);
    assert.deepEqual(await ids({ name, tags }), ['list-2', 'list-1']);
    assert.deepEqual(await ids({ tags, status: 'parked' }), ['list-4']);
    assert.deepEqual(await ids({ name, status: ['running', 'compensating'] }), []);
    const page = await engine.list({ name, status: 'completed', limit: 2 });
    assert.deepEqual(
      page.sagas.map(({ id }) => id),
      ['list-3', 'list-2'],
    );
    assert.ok(page.nextCursor !== undefined, 'there is another page');
    const rest = await engine.list({
      name,
      status: 'completed',
      limit: 2,
      cursor: page.nextCursor,
    });
    assert.deepEqual(
      rest.sagas.map(({ id }) => id),
      ['list-1'],
    );
    assert.equal(rest.sagas[0]?.key, 'ann');
    await rejected(engine.list({ limit: 0 }), 'SAGA_OPTIONS');
  }),

  engineCase('a saga at rest is forgotten, and its id is free again', async (stage) => {
    const { world } = stage;
    const plan = world.plan({ Create: {} });
    const engine = await stage.deploy(plan);
    const handle = await world.start(engine, plan);
    const ref = { name: plan.name, id: handle.id };
    await success(handle);
    await engine.forget(ref);
    assert.equal(await engine.get(ref), undefined);
    await rejected(engine.forget(ref), 'SAGA_NOT_FOUND');
  }),
];
