import { aesGcmCodec, Err, Ok, ResultFactory } from 'nestjs-saga-orchestrator/core';
import { SagaBarrier, sagaCallOf } from 'nestjs-saga-orchestrator/participant';
import { from, of, throwError } from 'rxjs';
import { ManualClock } from '../support/manual-clock.js';
import { codeOf, doing, gate, Service, undoing, type Grounds } from './grounds.js';

/** The rules of a barrier, whatever database it is in. */
export function describeBarrier(name: string, lay: () => Promise<Grounds>): void {
  describe(`a barrier on ${name}`, () => {
    let grounds: Grounds;
    beforeEach(async () => {
      grounds = await lay();
    });
    afterEach(() => grounds.dispose());

    it('lets an action run once, and answers its duplicates with the first result (91, 92)', async () => {
      const service = new Service(grounds);
      const answers = [await service.do('k', { id: 1 }), await service.do('k', { id: 2 })];
      // Another process, which knows nothing of the first.
      answers.push(await new Service(grounds).do('k', { id: 3 }));
      expect(answers).toEqual([{ id: 1 }, { id: 1 }, { id: 1 }]);
      expect([service.ran, await service.net()]).toEqual([['do k'], { k: 1 }]);
    });

    it('keeps its results as a codec encrypts them, each for its action alone (17a)', async () => {
      const codec = aesGcmCodec({ keys: { a: new Uint8Array(32).fill(7) }, current: 'a' });
      const service = new Service(grounds, { codec });
      await service.do('k', { card: '4711' });
      await service.undo('k', 'taken back');
      const kept = await grounds.query(`SELECT result FROM ${grounds.table}`);
      expect(kept).toHaveLength(2);
      for (const { result } of kept) expect(result).toMatch(/^aes1:a:[\w+/=]+$/);
      expect(await new Service(grounds, { codec }).do('k')).toEqual({ card: '4711' });
      expect(await service.undo('k')).toBe('taken back');
      await grounds.query(`UPDATE ${grounds.table} SET action = 'other' WHERE action = 'k'`);
      await expect(service.do('other')).rejects.toMatchObject({ code: 'SAGA_SERIALIZATION' });
      expect(() => new Service(grounds, { codec: {} as never })).toThrow(/codec must be an object/);
    });

    it('lets an undo run once, after its action alone', async () => {
      const service = new Service(grounds);
      await service.do('k');
      expect([await service.undo('k', 'a'), await service.undo('k', 'b')]).toEqual(['a', 'a']);
      expect([service.ran, await service.net()]).toEqual([['do k', 'undo k'], { k: 0 }]);
      expect(await service.rows()).toEqual(['k do true', 'k undo true']);
    });

    it('answers an undo without its action with nothing, and does nothing', async () => {
      const service = new Service(grounds);
      expect([await service.undo('k', 'a'), await service.undo('k', 'a')]).toEqual([
        undefined,
        undefined,
      ]);
      expect([service.ran, await service.rows()]).toEqual([[], ['k do false', 'k undo false']]);
    });

    it('blocks an action that comes after its undo, as often as it comes', async () => {
      const service = new Service(grounds);
      await service.undo('k');
      for (const _ of 'twice') {
        const late = service.do('k');
        expect(await codeOf(late)).toBe('SAGA_BLOCKED');
        await expect(late).rejects.toMatchObject({ statusCode: 409 });
      }
      expect([service.ran, await service.net()]).toEqual([[], {}]);
    });

    it('still answers a duplicate of an action that was undone with its first result', async () => {
      const service = new Service(grounds);
      await service.do('k', 1);
      await service.undo('k');
      expect(await service.do('k', 2)).toBe(1);
      expect(await service.net()).toEqual({ k: 0 });
    });

    it('keeps nothing of an action that fails: the next one runs (93)', async () => {
      const service = new Service(grounds);
      const failing = service.barrier.do(doing('k'), async (tx) => {
        await service.book(tx, 'k', 1);
        throw new Error('no room');
      });
      await expect(failing).rejects.toThrow('no room');
      expect([await service.rows(), await service.net()]).toEqual([[], {}]);
      expect(await service.do('k', 'done')).toBe('done');
      expect(await service.net()).toEqual({ k: 1 });
    });

    it('keeps nothing of an undo that fails, either, and its action stands', async () => {
      const service = new Service(grounds);
      await service.do('k');
      const failing = service.barrier.undo(undoing('k'), async (tx) => {
        await service.book(tx, 'k', -1);
        throw new Error('printer on fire');
      });
      await expect(failing).rejects.toThrow('printer on fire');
      expect(await service.rows()).toEqual(['k do true']);
      await service.undo('k');
      expect(await service.net()).toEqual({ k: 0 });
    });

    it('takes a returned Err for a failure, and of an Ok keeps what it holds', async () => {
      const service = new Service(grounds);
      const failing = service.barrier.do(doing('k'), async (tx) => {
        await service.book(tx, 'k', 1);
        return ResultFactory.nonRetryable('DECLINED', 'no');
      });
      expect(await codeOf(failing)).toBe('DECLINED');
      expect(await codeOf(service.barrier.do(doing('k'), () => new Err(new Error('x'))))).toEqual(
        new Error('x'),
      );
      expect([await service.rows(), await service.net()]).toEqual([[], {}]);
      const held = () => service.barrier.do(doing('k'), async () => new Ok({ id: 1 }));
      expect([await held(), await held()]).toEqual([{ id: 1 }, { id: 1 }]);
    });

    it('awaits an observable, as Nest does', async () => {
      const { barrier } = new Service(grounds);
      expect(await barrier.do(doing('a'), () => of(1, 2))).toBe(2);
      expect(await barrier.do(doing('b'), async () => from([]))).toBeUndefined();
      const broken = throwError(() => new Error('broken'));
      await expect(barrier.do(doing('c'), () => broken)).rejects.toThrow('broken');
    });

    it('lets a duplicate that comes while the first runs wait for it', async () => {
      const service = new Service(grounds);
      const other = new Service(grounds);
      await Promise.all([service.barrier.open(), other.barrier.open()]);
      const [begun, end] = [gate(), gate()];
      const first = service.barrier.do(doing('k'), async (tx) => {
        await service.book(tx, 'k', 1);
        begun.open();
        await end.passed;
        return 'first';
      });
      await begun.passed;
      const second = other.do('k', 'second');
      const undo = other.undo('k', 'undone');
      let ended = 0;
      void second.finally(() => (ended += 1));
      void undo.finally(() => (ended += 1));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(ended).toBe(0);
      end.open();
      expect(await Promise.all([first, second, undo])).toEqual(['first', 'first', 'undone']);
      expect([other.ran, await service.net()]).toEqual([['undo k'], { k: 0 }]);
    });

    it('lets one that waited run when the first has failed', async () => {
      const service = new Service(grounds);
      const other = new Service(grounds);
      await Promise.all([service.barrier.open(), other.barrier.open()]);
      const [begun, end] = [gate(), gate()];
      const first = service.barrier.do(doing('k'), async (tx) => {
        await service.book(tx, 'k', 1);
        begun.open();
        await end.passed;
        throw new Error('no room');
      });
      await begun.passed;
      const second = other.do('k', 'second');
      end.open();
      await expect(first).rejects.toThrow('no room');
      expect([await second, await service.net()]).toEqual(['second', { k: 1 }]);
    });

    it.each<[string, unknown]>([
      ['nothing', undefined],
      ['null', null],
      ['false', false],
      ['zero below', -0],
      ['an empty text', ''],
      ['a text with everything', `'"\\\u0000\ud800 $1 ? :x 🙂`],
      ['a number', 1.5e300],
      ['no number', NaN],
      ['a bigint', 2n ** 80n],
      ['a date', new Date(1_700_000_000_123)],
      ['an empty list', []],
      ['objects in lists in objects', { a: [{ b: undefined, c: null }] }],
      ['a map', new Map([['a', new Set([1])]])],
      ['bytes', new Uint8Array([0, 255])],
      ['a megabyte', 'x'.repeat(1_048_576)],
    ])('answers the second as the first: %s', async (_, result) => {
      const service = new Service(grounds);
      const [first, second] = [await service.do('k', result), await service.do('k', 'another')];
      expect([first, second]).toEqual([result, result]);
      expect(Object.is(first, -0)).toBe(Object.is(result, -0));
    });

    it('gives the first caller what the others will get, too', async () => {
      class Receipt {
        constructor(readonly id: number) {}
      }
      const { barrier } = new Service(grounds);
      const answer = await barrier.do(doing('k'), () => new Receipt(1));
      expect([answer, Object.getPrototypeOf(answer)]).toEqual([{ id: 1 }, Object.prototype]);
    });

    it('refuses a result that cannot be kept, and keeps nothing of its action', async () => {
      const service = new Service(grounds);
      const refused = service.do('k', () => 1);
      expect(await codeOf(refused)).toBe('SAGA_SERIALIZATION');
      expect([await service.rows(), await service.net()]).toEqual([[], {}]);
    });

    it('has one barrier for each part of a handler (93)', async () => {
      const service = new Service(grounds);
      const call = doing('k');
      const part = (name: string, delta: number) => (tx: unknown) => service.book(tx, name, delta);
      for (const _ of 'twice') {
        await service.barrier.do(call.part('stock'), part('stock', 1));
        await service.barrier.do(call.part('points'), part('points', 1));
      }
      await service.barrier.undo(undoing('k').part('points'), part('points', -1));
      await service.barrier.undo(undoing('k').part('gift'), part('gift', -1));
      expect(await service.net()).toEqual({ stock: 1, points: 0 });
      expect(await service.rows()).toEqual([
        ...['k/gift do false', 'k/gift undo false', 'k/points do true', 'k/points undo true'],
        'k/stock do true',
      ]);
    });

    it('tells a probe what became of an action, and leaves no trace', async () => {
      const service = new Service(grounds);
      const { barrier } = service;
      expect(await barrier.probe(doing('k'))).toBe('not-done');
      expect(await service.rows()).toEqual([]);
      await service.do('k', { id: 1 });
      expect(await barrier.probe(doing('k'))).toEqual({ outcome: 'done', result: { id: 1 } });
      await service.undo('k');
      expect(await barrier.probe(doing('k'))).toBe('not-done');
      await service.undo('never');
      expect(await barrier.probe(doing('never'))).toBe('not-done');
    });

    it('lets a probe wait for an action that is under way', async () => {
      const service = new Service(grounds);
      const other = new Service(grounds);
      await Promise.all([service.barrier.open(), other.barrier.open()]);
      const [begun, end] = [gate(), gate()];
      const first = service.barrier.do(doing('k'), async () => {
        begun.open();
        await end.passed;
      });
      await begun.passed;
      const answer = other.barrier.probe(doing('k'));
      end.open();
      await first;
      expect(await answer).toEqual({ outcome: 'done', result: undefined });
    });

    it('refuses a call without a key, in the words of its caller, and lets it pass where that is said (94)', async () => {
      const service = new Service(grounds);
      const nobody = sagaCallOf({});
      const work = (tx: unknown) => service.book(tx, 'k', 1);
      for (const refused of [
        () => service.barrier.do(nobody, work),
        () => service.barrier.undo(nobody, work),
        () => service.barrier.probe(nobody),
      ]) {
        const answer = refused();
        await expect(answer).rejects.toMatchObject({ code: 'SAGA_OPTIONS', statusCode: 400 });
        await expect(answer).rejects.toThrow(/no key of a saga: send sagaHeaders\(ctx\) along/);
      }
      await service.barrier.do(sagaCallOf({}, { barrier: 'optional' }), work);
      await new Service(grounds, { barrier: 'optional' }).barrier.undo(nobody, work);
      expect([await service.net(), await service.rows()]).toEqual([{ k: 2 }, []]);
      const strict = sagaCallOf({}, { barrier: 'required' });
      const optional = new Service(grounds, { barrier: 'optional' });
      expect(await codeOf(optional.barrier.do(strict, work))).toBe('SAGA_OPTIONS');
    });

    it('refuses an undo where an action is asked for, and the other way round', async () => {
      const { barrier } = new Service(grounds);
      await expect(barrier.do(undoing('k'), () => 1)).rejects.toThrow(
        /this is an action, and the call undoes one/,
      );
      await expect(barrier.undo(doing('k'), () => 1)).rejects.toThrow(
        /this is an undo, and the call names no action/,
      );
    });

    it('makes its table once, by however many processes', async () => {
      const services = Array.from({ length: 5 }, () => new Service(grounds));
      await Promise.all(services.map(({ barrier }) => barrier.open()));
      await Promise.all(services.map(({ barrier }) => barrier.close()));
      await new Service(grounds, { migrate: 'off' }).barrier.open();
    });

    it('makes nothing where that is off, and says what to run; the next one tries again', async () => {
      const service = new Service(grounds, { migrate: 'off' });
      await expect(service.barrier.open()).rejects.toThrow(
        /saga_barrier is missing: run what sagaBarrierSql\(\{ dialect: '\w+' \}\) prints/,
      );
      await expect(service.do('k')).rejects.toThrow(/saga_barrier is missing/);
      await new Service(grounds).barrier.open();
      expect(await service.do('k', 1)).toBe(1);
    });

    it('refuses a table of that name that is none of ours', async () => {
      await grounds.query(`CREATE TABLE ${grounds.table} (action text)`);
      await expect(new Service(grounds).barrier.open()).rejects.toThrow(/column.*op|op.*column/);
    });

    it('deletes what is older than it is to be kept, in batches, and nothing else (94)', async () => {
      const service = new Service(grounds, { keepMs: 86_400_000 });
      await service.do('new');
      const rows = Array.from({ length: 2_500 }, (_, i) => `('old-${i}', 'do', TRUE, ${i})`);
      const columns = `${grounds.table} (action, op, ran, at)`;
      await grounds.query(`INSERT INTO ${columns} VALUES ${rows.join(', ')}`);
      const run = jest.spyOn(service.transactions, 'run');
      expect(await service.barrier.sweep()).toBe(2_500);
      expect(run).toHaveBeenCalledTimes(3);
      expect(await service.rows()).toEqual(['new do true']);
    });

    it('undoes nothing for a second time when only the undo is still known', async () => {
      const service = new Service(grounds);
      await service.do('k');
      await service.undo('k', 'undone');
      await grounds.query(`DELETE FROM ${grounds.table} WHERE op = 'do'`);
      expect(await service.undo('k', 'again')).toBe('undone');
      expect(await service.net()).toEqual({ k: 0 });
    });

    it('undoes nothing when only the block of an action is still known', async () => {
      const service = new Service(grounds);
      await service.undo('k');
      await grounds.query(`DELETE FROM ${grounds.table} WHERE op = 'undo'`);
      expect(await service.undo('k', 'undone')).toBeUndefined();
      expect([service.ran, await service.net()]).toEqual([[], {}]);
    });

    it('deletes by itself, every hour or so, until it is closed', async () => {
      const clock = new ManualClock();
      const { transactions, schema } = { ...grounds, transactions: grounds.transactions() };
      const options = { transactions, ...(schema === undefined ? {} : { schema }) };
      const barrier = new SagaBarrier(options, clock);
      await barrier.open();
      const old = (): Promise<unknown> =>
        grounds.query(
          `INSERT INTO ${grounds.table} (action, op, ran, at) VALUES ('k', 'do', TRUE, 0)`,
        );
      const left = async (): Promise<number> =>
        (await grounds.query(`SELECT action FROM ${grounds.table}`)).length;
      for (const _ of 'twice') {
        await old();
        for (let round = 0; round < 100 && (await left()) > 0; round += 1)
          await clock.advance(4_500_000);
        expect(await left()).toBe(0);
      }
      await old();
      await barrier.close();
      expect(clock.pending).toBe(0);
      expect(await left()).toBe(1);
      await barrier.open();
      await clock.advance(4_500_000);
      await barrier.close();
      expect(await left()).toBe(0);
    });
  });
}
