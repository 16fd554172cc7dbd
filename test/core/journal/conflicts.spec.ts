import { isConflict, retryConflicts } from '../../../lib/core/journal/index.js';

const coded = (code: unknown, more: object = {}): Error =>
  Object.assign(new Error('it failed'), { code, ...more });

describe('a conflict of transactions (84)', () => {
  it.each<[string, unknown]>([
    ['a serialization failure', coded('40001')],
    ['a deadlock', coded('40P01')],
    ["Prisma's word for both", coded('P2034')],
    ["the server's code in an error of Prisma", coded('P2010', { meta: { code: '40001' } })],
    [
      "the server's code in an error of Prisma with a driver",
      coded('P2010', { meta: { driverAdapterError: { cause: { originalCode: '40P01' } } } }),
    ],
    [
      "SQLite's name in an error of Prisma with a driver",
      coded('P2010', { meta: { driverAdapterError: { cause: { originalCode: 'SQLITE_BUSY' } } } }),
    ],
    ['one that an ORM has wrapped', new Error('query failed', { cause: coded('40001') })],
    ['a busy file', coded('SQLITE_BUSY_SNAPSHOT')],
    ['a locked table', coded('SQLITE_LOCKED')],
    ['a busy file of node:sqlite', coded('ERR_SQLITE_ERROR', { errcode: 517 })],
  ])('is %s', (_, error) => {
    expect(isConflict(error)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['a taken key', coded('23505')],
    ['an aborted transaction', coded('25P02')],
    ['a full disk', coded('ERR_SQLITE_ERROR', { errcode: 13 })],
    ['a number', 40_001],
    ['nothing', undefined],
    [
      'what cannot be looked at',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
        },
      ),
    ],
  ])('is not %s', (_, error) => {
    expect(isConflict(error)).toBe(false);
  });

  describe('is run again', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('until it succeeds', async () => {
      const run = jest.fn().mockRejectedValueOnce(coded('40001')).mockResolvedValue('done');
      const it = retryConflicts(run);
      await jest.runAllTimersAsync();
      expect([await it, run.mock.calls.length]).toEqual(['done', 2]);
    });

    it('ten times at most, 5 to 500 ms apart; then it has failed', async () => {
      const times: number[] = [];
      const run = jest.fn(async () => {
        times.push(Date.now());
        throw coded('40P01');
      });
      const it = expect(retryConflicts(run)).rejects.toMatchObject({ code: '40P01' });
      await jest.runAllTimersAsync();
      await it;
      const pauses = times.slice(1).map((time, i) => time - (times[i] as number));
      expect(pauses).toHaveLength(10);
      expect([Math.min(...pauses) >= 5, Math.max(...pauses) <= 500]).toEqual([true, true]);
    });

    it('not at all when it failed by itself', async () => {
      const run = jest.fn().mockRejectedValue(coded('23505'));
      await expect(retryConflicts(run)).rejects.toMatchObject({ code: '23505' });
      expect(run).toHaveBeenCalledTimes(1);
    });
  });
});
