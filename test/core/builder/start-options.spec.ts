import { SagaOptionsError, SagaStateError } from 'nestjs-saga-orchestrator/core';
import { rejectionOf, Shop } from '../../support/shop.js';

describe('start options that cannot be right', () => {
  it.each([
    [{ deadline: NaN }, /deadline .*\(got NaN\)/],
    [{ deadline: -1 }, /deadline .*\(got -1\)/],
    [{ deadline: Infinity }, /deadline .*\(got Infinity\)/],
    [{ deadline: new Date(NaN) }, /deadline must be a valid Date/],
    [{ id: '' }, /id must be a non-empty string/],
    [{ id: 42 }, /id must be a non-empty string \(got 42\)/],
    [{ id: 'é'.repeat(128) }, /id must have at most 255 bytes \(got 256\)/],
    [{ key: '' }, /key must be a non-empty string/],
    [{ idd: 'o-1' }, /a start has id, key, tags, deadline, and no 'idd'; take it away/],
    [{ tags: ['vip'] }, /tags must be an object/],
    [{ tags: 'vip' }, /tags must be an object \(got 'vip'\)/],
    [{ tags: { '': 'vip' } }, /name of a tag/],
    [{ tags: { tier: 7 } }, /tag 'tier' must be a string .*\(got 7\)/],
    [{ tags: { tier: 'x'.repeat(256) } }, /tag 'tier' must be a string of at most 255 bytes/],
    [
      { tags: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`t${i}`, ''])) },
      /tags must be at most 32 \(got 33\)/,
    ],
  ])('%j is refused before anything runs', async (options, problem) => {
    const shop = new Shop();
    const chain = () => shop.saga(options as never).step(shop.step('Charge'));
    for (const run of [chain().runAsync(), chain().start()]) {
      const error = await rejectionOf(run);
      expect(error).toBeInstanceOf(SagaOptionsError);
      expect(error.message).toMatch(problem);
    }
    expect(shop.log).toEqual([]);
    expect(shop.clock.pending).toBe(0);
  });

  it('are all told at once', async () => {
    const shop = new Shop();
    const saga = shop.saga({ id: '', deadline: NaN }).step(shop.step('Charge'));
    expect((await rejectionOf(saga.runAsync())).message).toMatch(/id must .*; deadline must/);
  });
});

describe('start options that are right', () => {
  it('may name a key, tags and a deadline', async () => {
    const shop = new Shop();
    const options = { id: 'x'.repeat(255), key: 'user-1', tags: { tier: 'vip' }, deadline: 0.5 };
    const saga = shop.saga(options).step(shop.step('Charge'));
    await shop.run(saga);
    expect(saga.getContext().sagaId).toBe(options.id);
  });

  it('are refused a second time: a chain is started once', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge'));
    const handle = await saga.start();
    expect(await rejectionOf(saga.start())).toBeInstanceOf(SagaStateError);
    await handle.result();
    expect(shop.log).toEqual(['Charge']);
  });
});
