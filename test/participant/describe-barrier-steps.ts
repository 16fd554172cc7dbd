import { setTimeout as sleep } from 'node:timers/promises';
import {
  aesGcmCodec,
  defineSaga,
  NonRetryableError,
  silentLogger,
  type AnyBarrierStep,
  type SagaDefinition,
} from 'nestjs-saga-orchestrator/core';
import { memoryJournal } from 'nestjs-saga-orchestrator';
import { InProcessEngine, type InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import { codeOf, gate, Service, type Grounds } from './grounds.js';

interface Gift {
  given?: number;
}

/** The rules of steps with `barrier: true`, whatever database it is in. */
export function describeBarrierSteps(name: string, lay: () => Promise<Grounds>): void {
  describe(`a step behind a barrier on ${name} (89)`, () => {
    let grounds: Grounds;
    const engines: InProcessEngine[] = [];
    beforeEach(async () => {
      grounds = await lay();
    });
    afterEach(async () => {
      for (const engine of engines.splice(0)) await engine.close();
      await grounds.dispose();
    });

    const engineOf = (
      plan: SagaDefinition,
      { barrier }: Service,
      options: Partial<InProcessEngineOptions> = {},
    ) => {
      const given = { journal: memoryJournal(), logger: silentLogger, barrier, drainMs: 20 };
      const engine = new InProcessEngine({ ...given, ...options });
      engine.register(plan);
      engines.push(engine);
      return engine;
    };
    const giftOf = (
      service: Service,
      last: () => unknown,
      give: Partial<AnyBarrierStep<Gift>> = {},
    ) =>
      defineSaga<Gift>('Gift', [
        {
          label: 'Give',
          barrier: true,
          action: async ({ context, idempotencyKey: key }, tx) => {
            context.given = (context.given ?? 0) + 5;
            await service.book(tx, key, 1);
            return { points: 5 };
          },
          compensate: ({ actionIdempotencyKey: key }, tx) => service.book(tx, key, -1),
          ...give,
        },
        { label: 'Thank', pivot: true, action: last },
      ]);
    /** The answer to its first COMMIT is lost. @returns whether it was */
    const losesCommit = (own: Service, then?: () => Promise<void>) => {
      const { run } = own.transactions;
      let isLost = false;
      own.transactions.run = async <T>(work: (tx: unknown) => Promise<T>): Promise<T> => {
        const value = await run(work);
        if (own.ran.length !== 1 || isLost) return value;
        isLost = true;
        await then?.();
        throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      };
      return () => isLost;
    };
    let current: Service | undefined;
    const service = (): Service => (current ??= new Service(grounds));
    const total = async () => Object.values(await service().net());
    afterEach(() => (current = undefined));

    it('commits its effect once, and undoes it once', async () => {
      const own = service();
      const refuse = () => {
        throw new NonRetryableError('no such user');
      };
      const engine = engineOf(giftOf(own, refuse), own);
      const end = (await engine.start(engine.definition('Gift'), {}, { id: 'g' })).result();
      await expect(end).rejects.toMatchObject({ status: 'compensated' });
      expect(own.ran).toEqual([expect.stringMatching(/^do/), expect.stringMatching(/^undo/)]);
      expect(await total()).toEqual([0]);
      expect(await own.rows()).toEqual([
        expect.stringMatching(/do true$/),
        expect.stringMatching(/undo true$/),
      ]);
    });

    it('is rolled back where its result is wrong, and not tried again (18a)', async () => {
      const own = service();
      const checkResult = () => {
        throw new TypeError('no points');
      };
      const plan = giftOf(own, () => undefined, { retry: 3, checkResult });
      const end = (await engineOf(plan, own).start(plan, {}, {})).result();
      const error: unknown = await end.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ status: 'compensated', cause: { code: 'SAGA_RESULT' } });
      expect(own.ran).toEqual([expect.stringMatching(/^do/)]);
      expect([await total(), await own.rows()]).toEqual([[], []]);
    });

    it('keeps its result as the check gives it, also where the answer to COMMIT was lost (18a)', async () => {
      const own = service();
      const isLost = losesCommit(own);
      const looked: unknown[] = [];
      const checkResult = (result: unknown) => {
        looked.push(result);
        return { ...(result as object), checked: true };
      };
      const plan = giftOf(own, () => undefined, { checkResult });
      const run = await (await engineOf(plan, own).start(plan, {}, {})).result();
      expect(run.getStepResult('Give')).toEqual({ points: 5, checked: true });
      expect([isLost(), looked, await total()]).toEqual([true, [{ points: 5 }], [1]]);
    });

    it('keeps nothing of an attempt that fails, and runs the next one on the context as it was', async () => {
      const own = service();
      let attempts = 0;
      const plan = giftOf(own, () => undefined, {
        retry: 1,
        action: async ({ context, idempotencyKey: key }, tx) => {
          context.given = (context.given ?? 0) + 5;
          await own.book(tx, key, 1);
          attempts += 1;
          if (attempts === 1) throw new Error('no luck');
        },
      });
      const run = await (await engineOf(plan, own).start(plan, {}, {})).result();
      expect([attempts, run.context, await total()]).toEqual([2, { given: 5 }, [1]]);
    });

    it('settles a COMMIT whose answer was lost, with the result and the context of the action', async () => {
      const own = service();
      const wasLost = losesCommit(own);
      const plan = giftOf(own, () => undefined);
      const engine = engineOf(plan, own);
      const ended = await (await engine.start(plan, {}, { id: 'g' })).result();
      expect([wasLost(), ended.context, ended.getStepResult('Give')]).toEqual([
        true,
        { given: 5 },
        { points: 5 },
      ]);
      const details = await engine.get({ name: 'Gift', id: 'g' });
      expect(details?.timeline.map(({ type }) => type)).toContain('probed');
      expect([own.ran.length, await total()]).toEqual([1, [1]]);
    });

    it('is settled by whoever resumes the saga, when its process died between COMMIT and record', async () => {
      const own = service();
      const committed = gate();
      const { run } = own.transactions;
      own.transactions.run = async <T>(work: (tx: unknown) => Promise<T>): Promise<T> => {
        const value = await run(work);
        if (own.ran.length !== 1) return value;
        committed.open();
        return new Promise(() => undefined);
      };
      const journal = memoryJournal();
      const plan = giftOf(own, () => undefined);
      const dying = engineOf(plan, own, { journal });
      const handle = await dying.start(plan, {}, { id: 'g' });
      handle.result().catch(() => undefined);
      await committed.passed;
      await dying.close();

      const heir = new Service(grounds);
      const resumed = giftOf(heir, () => undefined);
      const engine = engineOf(resumed, heir, { journal });
      await engine.recover();
      const attached = await engine.attach({ name: 'Gift', id: 'g' });
      const ended = await attached?.result();
      expect([ended?.context, ended?.getStepResult('Give'), heir.ran]).toEqual([
        { given: 5 },
        { points: 5 },
        [],
      ]);
      expect(await total()).toEqual([1]);
    });

    it('keeps results and contexts as the codec of their saga makes them, and settles by them (17a)', async () => {
      const own = service();
      const asked: string[] = [];
      const codec = aesGcmCodec({
        keys: { ann: new Uint8Array(32).fill(7) },
        // A key per customer, which the barrier knows nothing of.
        current: ({ id }) => {
          asked.push(id);
          return id.slice(0, id.indexOf('.'));
        },
      });
      const wasLost = losesCommit(own);
      const plan = giftOf(own, () => undefined);
      const engine = engineOf(plan, own, { codec });
      const ended = await (await engine.start(plan, {}, { id: 'ann.1' })).result();
      expect([wasLost(), ended.context, ended.getStepResult('Give')]).toEqual([
        true,
        { given: 5 },
        { points: 5 },
      ]);
      expect(new Set(asked)).toEqual(new Set(['ann.1']));
      const [row] = await grounds.query(`SELECT result FROM ${grounds.table}`);
      expect(row?.['result']).toMatch(/^step1:\["aes1:ann:[^"]+","aes1:ann:[^"]+"\]$/);
    });

    it('rolls back what cannot be encoded, so that its outcome is known (18)', async () => {
      const own = service();
      const plan = giftOf(own, () => undefined, {
        action: async ({ idempotencyKey: key }, tx) => {
          await own.book(tx, key, 1);
          return { receipt: Symbol('none') };
        },
      });
      const engine = engineOf(plan, own);
      const end = (await engine.start(plan, {}, { id: 'g' })).result();
      await expect(end).rejects.toMatchObject({
        cause: { code: 'SAGA_SERIALIZATION' },
        status: 'compensated',
      });
      const details = await engine.get({ name: 'Gift', id: 'g' });
      expect(details?.timeline.map(({ type }) => type)).not.toContain('probed');
      expect([await total(), await own.rows()]).toEqual([[], []]);
    });

    it('reads what do() has kept before the step was behind the barrier', async () => {
      const own = service();
      const asDo = async () => {
        const [sql, text] = [`UPDATE ${grounds.table} SET result =`, JSON.stringify({ points: 7 })];
        await grounds.query(`${sql} '${text}'`);
      };
      const wasLost = losesCommit(own, asDo);
      const plan = giftOf(own, () => undefined);
      const ended = await (await engineOf(plan, own).start(plan, {}, { id: 'g' })).result();
      expect([wasLost(), ended.context, ended.getStepResult('Give')]).toEqual([
        true,
        {},
        { points: 7 },
      ]);
    });

    it('refuses what comes later than the question what became of it', async () => {
      const { steps } = service().barrier;
      const work = async (tx: unknown) => {
        await service().book(tx, 'k', 1);
        return 'kept';
      };
      expect(await steps.settle({ key: 'k', count: 3 })).toBeUndefined();
      expect(await steps.settle({ key: 'k', count: 2 })).toBeUndefined();
      expect(await codeOf(steps.run({ key: 'k', count: 3 }, work))).toBe('SAGA_BLOCKED');
      expect(await total()).toEqual([]);
      expect(await steps.run({ key: 'k', count: 4 }, work)).toBe('kept');
      expect(await steps.run({ key: 'k', count: 5 }, async () => 'other')).toBe('kept');
      expect(await steps.settle({ key: 'k', count: 6 })).toBe('kept');
      expect(await total()).toEqual([1]);
    });

    it('refuses for good what comes after its undo, also where it was asked about before', async () => {
      const { steps } = service().barrier;
      await steps.settle({ key: 'k', count: 3 });
      await steps.undo({ key: 'k', hasRun: false }, async (tx) => service().book(tx, 'k', -1));
      const late = steps.run({ key: 'k', count: 9 }, async (tx) => {
        await service().book(tx, 'k', 1);
        return 'late';
      });
      expect([await codeOf(late), await total()]).toEqual(['SAGA_BLOCKED', []]);
    });

    it('undoes what the saga knows to be done, also where the barrier does not know of it (27)', async () => {
      const own = service();
      const refuse = async () => {
        await grounds.query(`DELETE FROM ${grounds.table}`);
        throw new NonRetryableError('no such user');
      };
      const engine = engineOf(giftOf(own, refuse), own);
      const end = (await engine.start(engine.definition('Gift'), {}, { id: 'g' })).result();
      await expect(end).rejects.toMatchObject({ status: 'compensated' });
      expect([own.ran.length, await total()]).toEqual([2, [0]]);
      expect(await own.rows()).toEqual([
        expect.stringMatching(/do false$/),
        expect.stringMatching(/undo true$/),
      ]);
    });

    it('undoes nothing of what neither the saga nor the barrier knows', async () => {
      const { steps } = service().barrier;
      await steps.undo({ key: 'k', hasRun: false }, async (tx) => service().book(tx, 'k', -1));
      expect([await total(), await service().rows()]).toEqual([[], ['k do false', 'k undo false']]);
    });

    it('asks about an action that is under way once that has ended', async () => {
      const { steps } = service().barrier;
      const begun = gate();
      const going = gate();
      const running = steps.run({ key: 'k', count: 1 }, async (tx) => {
        await service().book(tx, 'k', 1);
        begun.open();
        await going.passed;
        return 'late';
      });
      await begun.passed;
      const asked = steps.settle({ key: 'k', count: 2 });
      await sleep(10);
      going.open();
      expect([await running, await asked]).toEqual(['late', 'late']);
    });
  });
}
