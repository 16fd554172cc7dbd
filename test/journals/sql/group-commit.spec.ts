import { LeaseLostError, SagaJournalError } from 'nestjs-saga-orchestrator/core';
import {
  GroupCommit,
  type GroupCommitOptions,
  type Outcome,
} from '../../../lib/journals/sql/index.js';

/** Items are texts; what begins with `lost` is refused, what begins with `bad` spoils its commit. */
function recording(over: Partial<GroupCommitOptions<string, string>> = {}) {
  const batches: string[][] = [];
  const queue = new GroupCommit<string, string>({
    description: 'of this test',
    check: (item) => {
      if (item.startsWith('never')) throw new RangeError('never to be stored');
    },
    sizeOf: (item) => item.length,
    isItemFault: (error) => error instanceof RangeError,
    commit: async (items) => {
      batches.push([...items]);
      // A round trip: work that comes in meanwhile has to wait.
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (items.some((item) => item.startsWith('bad'))) throw new RangeError('a bad row');
      if (items.some((item) => item.startsWith('down'))) throw new Error('connection lost');
      return items.map((item): Outcome<string> =>
        item.startsWith('lost') ? { error: new LeaseLostError('lost') } : { value: `${item}!` },
      );
    },
    ...over,
  });
  return { batches, queue };
}

async function outcomes(work: readonly Promise<string>[]): Promise<string[]> {
  const settled = await Promise.allSettled(work);
  return settled.map((one) =>
    one.status === 'fulfilled' ? one.value : (one.reason as Error).constructor.name,
  );
}

describe('group commit', () => {
  it('commits the work of one turn together, and what comes meanwhile next', async () => {
    const { batches, queue } = recording();
    const first = ['a', 'b', 'c'].map((item) => queue.add(item));
    await new Promise((resolve) => setImmediate(resolve));
    const second = ['d', 'e'].map((item) => queue.add(item));
    expect(await outcomes([...first, ...second])).toEqual(['a!', 'b!', 'c!', 'd!', 'e!']);
    expect(batches).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  it('lets those it has told hand in their next piece before it goes on', async () => {
    const { batches, queue } = recording();
    const saga = async (name: string): Promise<void> => {
      for (const step of [1, 2, 3]) await queue.add(`${name}${step}`);
    };
    await Promise.all(['a', 'b', 'c'].map(saga));
    expect(batches).toEqual([1, 2, 3].map((step) => [`a${step}`, `b${step}`, `c${step}`]));
  });

  /** What so many sagas of three pieces each lead to, on a store that is elsewhere. */
  async function halves(sagas: number) {
    const told: number[] = [];
    let acknowledged = 0;
    const { batches, queue } = recording({
      elsewhere: true,
      commit: async (items) => {
        batches.push([...items]);
        told.push(acknowledged);
        await new Promise((resolve) => setTimeout(resolve, 2));
        return items.map((item) => ({ value: item }));
      },
    });
    const saga = async (name: number): Promise<void> => {
      for (const step of [1, 2, 3]) {
        await queue.add(`${name} ${step}`);
        acknowledged += 1;
      }
    };
    await Promise.all(Array.from({ length: sagas }, (_, name) => saga(name)));
    return { batches, told, acknowledged };
  }

  it('commits half of plenty of work elsewhere while the sagas of the other half go on', async () => {
    const { batches, told, acknowledged } = await halves(256);
    expect(acknowledged).toBe(768);
    expect(batches.map(({ length }) => length)).toEqual([256, 128, 128, 128, 128]);
    // The half that was committed last is told when the next one is on its way.
    expect(told).toEqual([0, 256, 256, 384, 512]);
    const stepOf = (batch: readonly string[]) => new Set(batch.map((item) => item.split(' ')[1]));
    expect(batches.map((batch) => [...stepOf(batch)])).toEqual([['1'], ['2'], ['2'], ['3'], ['3']]);
  });

  it('does not halve what is better committed at once', async () => {
    const { batches, told } = await halves(100);
    expect(batches.map(({ length }) => length)).toEqual([100, 100, 100]);
    expect(told).toEqual([0, 100, 200]);
  });

  it('fails an item that is refused, and no other', async () => {
    const { batches, queue } = recording();
    const work = ['a', 'lost', 'b'].map((item) => queue.add(item));
    expect(await outcomes(work)).toEqual(['a!', 'LeaseLostError', 'b!']);
    expect(batches).toHaveLength(1);
  });

  it('refuses what can never be committed before it is queued', async () => {
    const { batches, queue } = recording();
    const work = ['a', 'never', 'b'].map((item) => queue.add(item));
    expect(await outcomes(work)).toEqual(['a!', 'RangeError', 'b!']);
    expect(batches).toEqual([['a', 'b']]);
  });

  it('tries each alone when one of them spoilt the transaction', async () => {
    const { batches, queue } = recording();
    const work = ['a', 'bad', 'b'].map((item) => queue.add(item));
    expect(await outcomes(work)).toEqual(['a!', 'SagaJournalError', 'b!']);
    expect(batches).toEqual([['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
  });

  it('fails exactly the items of a commit that failed, as a journal error with its cause', async () => {
    const { queue } = recording();
    const work = [queue.add('a'), queue.add('down')];
    await new Promise((resolve) => setImmediate(resolve));
    const later = queue.add('b');
    expect(await outcomes(work)).toEqual(['SagaJournalError', 'SagaJournalError']);
    await expect(work[0]).rejects.toMatchObject({
      code: 'SAGA_JOURNAL',
      message: 'The journal of this test failed: connection lost',
      cause: { message: 'connection lost' },
    });
    await expect(later).resolves.toBe('b!');
  });

  it('takes no more than so many items or bytes at once, but always one', async () => {
    const { batches, queue } = recording({ maxItems: 3, maxBytes: 10 });
    const items = ['1', '2', '3', '4', '55555555', '666', 'x'.repeat(50), '8'];
    await Promise.all(items.map((item) => queue.add(item)));
    expect(batches).toEqual([['1', '2', '3'], ['4', '55555555'], ['666'], ['x'.repeat(50)], ['8']]);
  });

  it('keeps two items of one key apart, in their order', async () => {
    const { batches, queue } = recording({ keyOf: (item) => item[0] ?? '' });
    await Promise.all(['a1', 'b1', 'a2', 'a3', 'b2'].map((item) => queue.add(item)));
    expect(batches).toEqual([['a1', 'b1'], ['a2', 'b2'], ['a3']]);
  });

  it('fails an item that it was told no outcome of', async () => {
    const { queue } = recording({ commit: () => [] });
    await expect(queue.add('a')).rejects.toBeInstanceOf(SagaJournalError);
  });

  it('writes everything it has taken before it is closed, and takes nothing more', async () => {
    const { queue } = recording({ maxItems: 1 });
    const work = ['a', 'b', 'c'].map((item) => queue.add(item));
    expect(queue.pending).toBe(3);
    await queue.close();
    expect(queue.pending).toBe(0);
    expect(await outcomes(work)).toEqual(['a!', 'b!', 'c!']);
    await expect(queue.add('d')).rejects.toThrow('The journal of this test is closed');
    await queue.close();
  });
});
