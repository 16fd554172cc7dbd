import { jsonCodec } from 'nestjs-saga-orchestrator/core';
import { answers } from '../../../support/behaviours.js';
import { order } from '../../../support/shop.js';
import { JournaledShop } from '../journaled-shop.js';

const KIB = 1_024;
/** A result whose text takes so many bytes. */
const bytes = (count: number) => 'x'.repeat(count - 2);

describe('the size of a payload (semantics 19)', () => {
  it('is warned of above 256 KiB, without the payload', async () => {
    const shop = new JournaledShop();
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Small', { does: [answers(bytes(256 * KIB))] }))
      .step(shop.step('Large', { does: [answers(bytes(256 * KIB + 1))] }));
    await shop.run(saga);
    const warnings = shop.logger.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      message: 'A payload takes 262145 bytes; limits.warnBytes is 262144',
      fields: { saga: 'PlaceOrder', sagaId: 'o-1', payload: 'result' },
    });
    expect(shop.logger.text.length).toBeLessThan(2_000);
  });

  it('is refused above 2 MiB: as input before anything runs', async () => {
    const shop = new JournaledShop();
    const note = bytes(3 * KIB * KIB);
    const saga = shop.saga({}, { ...order(), note } as never).step(shop.step('Charge'));
    await expect(shop.run(saga)).rejects.toMatchObject({
      code: 'SAGA_SERIALIZATION',
      path: '$',
      message: expect.stringMatching(
        /^\$ takes .* \(in the context that saga PlaceOrder is started with\)$/,
      ) as string,
    });
    expect(shop.log).toEqual([]);
  });

  it('may be 2 MiB exactly, and not a byte more', async () => {
    const shop = new JournaledShop();
    const most = 2 * KIB * KIB;
    await shop.run(shop.saga().step(shop.step('Most', { does: [answers(bytes(most))] })));
    const over = shop
      .saga()
      .step(shop.step('Over', { does: [answers(bytes(most + 1))], retry: 3 }));
    expect(await shop.failure(over)).toMatchObject({
      status: 'compensated',
      cause: { code: 'SAGA_SERIALIZATION' },
    });
    expect(shop.log).toEqual(['Most', 'Over', 'undo Over']);
  });

  it('is refused on the way: a few objects that are shared can have a text without end', async () => {
    let shared: unknown = 'tea';
    for (let level = 0; level < 60; level += 1) shared = { left: shared, right: shared };
    const shop = new JournaledShop();
    const saga = shop.saga().step(shop.step('Charge', { does: [answers(shared)], retry: 3 }));
    expect(await shop.failure(saga)).toMatchObject({
      status: 'compensated',
      cause: {
        code: 'SAGA_SERIALIZATION',
        message: expect.stringMatching(/2097152; .* \(in its result\)$/),
      },
    });
    expect(shop.log).toEqual(['Charge', 'undo Charge']);
    // A codec that is built on ours knows no limit.
    expect(() => jsonCodec.encode(shared)).toThrow(/16777216/);
  });

  it.each([
    ['an array', () => new Array(999_999).fill(0)],
    ['strings', () => new Array(1_000).fill('x'.repeat(2_000))],
    ['keys', () => new Array(1_000).fill({ ['k'.repeat(2_000)]: 1 })],
    ['errors', () => new Array(1_000).fill(new Error('x'.repeat(1_900)))],
    ['bytes', () => new Uint8Array(1_500_000)],
    [
      'numbers and what JSON lacks',
      () => [1.5, -0, 10n ** 400n, undefined, new Date(0), new Set([1])],
    ],
  ])('is never counted as more than the text takes: %s', (_, make) => {
    const text = jsonCodec.encode(make());
    expect(jsonCodec.encode(make(), Buffer.byteLength(text))).toBe(text);
  });

  it('is counted in bytes, not in characters', async () => {
    const shop = new JournaledShop({ limits: { maxBytes: 100 } });
    const saga = shop
      .saga()
      .step(shop.step('Ascii', { does: [answers('x'.repeat(98))] }))
      .step(shop.step('Tea', { does: [answers('茶'.repeat(33))] }));
    expect(await shop.failure(saga)).toMatchObject({ failedLabel: 'Tea' });
  });

  it.each([
    ['warnBytes', { warnBytes: 50 }],
    ['maxBytes, also below the size that is warned of', { warnBytes: 50, maxBytes: 100 }],
    ['maxBytes alone', { maxBytes: 100 }],
  ])('can be configured: %s', async (_, limits) => {
    const shop = new JournaledShop({ limits });
    const saga = shop.saga().step(shop.step('Charge', { does: [answers(bytes(101))] }));
    const refused = 'maxBytes' in limits;
    await (refused ? shop.failure(saga) : shop.run(saga));
    const warned = shop.logger.messages('warn').filter((line) => line.startsWith('A payload'));
    expect(warned).toHaveLength(refused ? 0 : 1);
  });

  it.each([{ maxBytes: NaN }, { warnBytes: -1 }, { maxBytes: '5' as never }])(
    'is not limited by what is no number of bytes: %p',
    (limits) => {
      expect(() => new JournaledShop({ limits })).toThrow(/(maxBytes|warnBytes) .*(NaN|-1|5)/);
    },
  );

  it.each([
    ['id', { id: 'x'.repeat(256) }],
    ['key', { key: '茶'.repeat(86) }],
    ['tag', { tags: { shop: 'x'.repeat(256) } }],
  ])('is at most 255 bytes for a name: %s', async (_, options) => {
    const shop = new JournaledShop();
    const saga = shop.saga(options).step(shop.step('Charge'));
    await expect(shop.run(saga)).rejects.toMatchObject({ code: 'SAGA_OPTIONS' });
    expect(shop.log).toEqual([]);
  });
});
