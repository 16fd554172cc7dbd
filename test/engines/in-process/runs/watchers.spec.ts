import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { answers, declines } from '../../../support/behaviours.js';
import { JournaledShop } from '../journaled-shop.js';

const fails = () => {
  throw new Error('the disk of the log is full');
};

describe('whoever watches a saga cannot harm it', () => {
  const watchers = [
    ['an observer', { observers: [{ onRecord: fails }] }],
    ['a logger', { logger: { debug: fails, info: fails, warn: fails, error: fails } }],
    [
      'a logger that cannot be asked',
      { logger: { ...silentLogger, silent: false, isLevelEnabled: fails } },
    ],
  ] as const;

  it.each(watchers)('%s that throws: the saga completes', async (_, options) => {
    const shop = new JournaledShop(options);
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [answers(1)] }));
    await shop.run(saga.step(shop.step('Ship')));
    expect(shop.log).toEqual(['Charge', 'Ship']);
    expect(await shop.status('o-1')).toBe('completed');
  });

  it.each(watchers)('%s that throws: the saga is undone', async (_, options) => {
    const shop = new JournaledShop(options);
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [declines()], retry: { retries: 1, delay: 1 } }));
    expect(await shop.failure(saga)).toMatchObject({ compensated: ['Reserve'] });
    expect(await shop.status('o-1')).toBe('compensated');
  });

  it('is told of records only once they are durable', async () => {
    const durable: number[] = [];
    const told: number[] = [];
    const shop = new JournaledShop({
      observers: [
        {
          onRecord: () => {
            told.push(told.length + 1);
            durable.push(stored());
          },
        },
      ],
    });
    let count = 0;
    const stored = () => count;
    const append = shop.journal.append.bind(shop.journal);
    shop.journal.append = async (batch) => {
      await append(batch);
      count += batch.entries.length;
    };
    const create = shop.journal.create.bind(shop.journal);
    shop.journal.create = async (saga) => {
      const taken = await create(saga);
      count += saga.entries.length;
      return taken;
    };
    await shop.run(shop.saga().step(shop.step('Charge')).step(shop.step('Ship')));
    expect(told).toEqual([1, 2, 3, 4, 5]);
    told.forEach((n, i) => expect(durable[i]).toBeGreaterThanOrEqual(n));
  });
});
