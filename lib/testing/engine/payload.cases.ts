import { strict as assert } from 'node:assert';
import { jsonCodec, type PayloadCodec, type SagaRef } from '../../core/index.js';
import { failure, rejected, success, until } from './asserts.js';
import { inDoubt } from './doubt.cases.js';
import { engineCase, type EngineContractCase } from './harness.js';
import type { Watcher } from './watcher.js';

const NOBODY: SagaRef = { name: 'nobody', id: '' };

/** Notes whose payloads it is asked for, and reads of each saga only what was written for it. */
function bound(seen: Set<string>, { application = '', name, id }: SagaRef = NOBODY): PayloadCodec {
  const mark = `[${JSON.stringify([application, name, id])}]`;
  return {
    encodesErrors: true,
    encode(value) {
      seen.add(id);
      return mark + Buffer.from(jsonCodec.encode(value)).toString('base64');
    },
    decode(text) {
      seen.add(id);
      if (!text.startsWith(mark)) throw new Error(`of ${text}, asked for ${mark}`);
      return jsonCodec.decode(Buffer.from(text.slice(mark.length), 'base64').toString());
    },
    forSaga: (saga) => bound(seen, saga),
  };
}

const seenSagas = new WeakMap<Watcher, Set<string>>();

/** The ids whose payloads went through the codec of that case. */
function seenBy(watcher: Watcher): Set<string> {
  const seen = seenSagas.get(watcher) ?? new Set();
  seenSagas.set(watcher, seen);
  return seen;
}

/** How payloads become text and data again. */
export const payloadCases: readonly EngineContractCase[] = [
  engineCase(
    'payloads and messages of errors go through the codec of their saga alone, also after a deploy',
    async (stage) => {
      const { world } = stage;
      const seen = seenBy(stage.watcher);
      const plan = world.plan({ Create: {}, Charge: { does: ['declines', 'ok'] } });
      const stuck = world.plan({
        Create: { undoes: ['declines', 'ok'], compensationRetry: 0 },
        Charge: { does: ['declines'] },
      });
      const first = await stage.deploy(plan, stuck);
      await failure(await world.start(first, plan, { id: 'bound' }));
      await failure(await world.start(first, stuck, { id: 'bound-parked' }));
      const engine = await stage.deploy(plan, stuck);

      const details = await engine.get({ name: plan.name, id: 'bound' });
      const said = details?.timeline.flatMap((event) => ('error' in event ? [event.error] : []));
      assert.match(JSON.stringify(said), /do Charge was declined/);
      const found = await engine.attach({ name: plan.name, id: 'bound' });
      assert.deepEqual(found?.context, { product: 'tea', quantity: 2, note: 'Create.' });
      assert.deepEqual(found.getStepResult('Create'), { done: 'Create' });
      // The input of a duplicate start is compared with that of the first.
      await failure(await world.start(engine, plan, { id: 'bound' }));
      const other = world.start(engine, plan, { id: 'bound', quantity: 3 });
      await rejected(other, 'SAGA_CONFLICT');
      const parked = { name: stuck.name, id: 'bound-parked' };
      await engine.manual(parked, { act: 'retry-compensation' }, { by: 'ann', reason: 'again' });
      await until(engine, parked, 'compensated');
      assert.deepEqual([...seen].sort(), ['bound', 'bound-parked']);
    },
    (watcher) => ({ codec: bound(seenBy(watcher)) }),
  ),

  engineCase(
    'a result that an operator gives goes through the codec of its saga',
    async (stage) => {
      const { world, plan, engine, id, ref } = await inDoubt(stage, 'loses-its-answer');
      const command = { act: 'mark-done', label: 'Charge', result: { paid: 7 } } as const;
      await engine.manual(ref, command, { by: 'ann', reason: 'the bank says so' });
      await until(engine, ref, 'completed');
      const again = await success(await world.start(engine, plan, { id }));
      assert.deepEqual(again.getStepResult('Charge'), { paid: 7 });
      assert.deepEqual([...seenBy(stage.watcher)], [id]);
    },
    (watcher) => ({ codec: bound(seenBy(watcher)) }),
  ),
];
