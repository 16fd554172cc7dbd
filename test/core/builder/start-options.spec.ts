import {
  defineSaga,
  SagaOptionsError,
  SagaOrchestratorBuilder,
  SagaStateError,
  silentLogger,
} from 'nestjs-saga-orchestrator/core';
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
    [
      { idd: 'o-1' },
      /unknown option 'idd' of a start \(did you mean 'id'\?\), which accepts id, key, tags, deadline/,
    ],
    [{ tags: ['vip'] }, /tags must be an object/],
    [{ tags: 'vip' }, /tags must be an object \(got 'vip'\)/],
    [{ tags: { '': 'vip' } }, /name of a tag/],
    [{ tags: { tier: 7 } }, /tag 'tier' must be a string .*\(got 7\)/],
    [{ tags: { tier: 'x'.repeat(256) } }, /tag 'tier' must be a string of at most 255 bytes/],
    [
      { tags: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`t${i}`, ''])) },
      /tags must be at most 32 \(got 33\)/,
    ],
    [{ headers: 'traceparent' }, /headers must be an object \(got 'traceparent'\)/],
    [{ headers: ['traceparent'] }, /headers must be an object/],
    [{ headers: { traceparent: 7 } }, /header 'traceparent' must be a string \(got 7\)/],
    [{ headers: { 'trace parent': '' } }, /name of a header .* \(got 'trace parent'\)/],
    [{ headers: { '': 'x' } }, /name of a header/],
    [{ headers: { a: 'x\r\nset-cookie: y' } }, /header 'a' must hold no line break/],
    [{ headers: { a: '\0' } }, /header 'a' must hold no line break/],
    [{ headers: { a: '\ud800' } }, /header 'a' must hold no NUL and no half/],
    [{ headers: { a: 'é'.repeat(2_048) } }, /at most 4096 bytes.*\(got 4097\)/],
    [
      { headers: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`h${i}`, ''])) },
      /headers must be at most 32 \(got 33\)/,
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

  it('are all told at once, of headers too', async () => {
    const shop = new Shop();
    const saga = shop
      .saga({ id: '', headers: { a: '\n', b: 1 as never } })
      .step(shop.step('Charge'));
    expect((await rejectionOf(saga.runAsync())).message).toMatch(
      /id must .*; header 'a' .*; header 'b'/,
    );
  });

  it('are all told at once', async () => {
    const shop = new Shop();
    const saga = shop.saga({ id: '', deadline: NaN }).step(shop.step('Charge'));
    expect((await rejectionOf(saga.runAsync())).message).toMatch(/id must .*; deadline must/);
  });
});

describe('start options that are right', () => {
  it('may hold as many headers, and as long ones, as there may be', async () => {
    const shop = new Shop();
    const headers = Object.fromEntries(
      Array.from({ length: 32 }, (_, i) => [`h-${String(i).padStart(2, '0')}`, '\tx€'.repeat(24)]),
    );
    headers['h-31'] += 'y'.repeat(4_096 - 32 * (4 + 5 * 24));
    await shop.run(shop.saga({ headers }).step(shop.step('Charge')));
    expect(shop.log).toEqual(['Charge']);
  });

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

describe('what a chain is made of', () => {
  const made = (logger: unknown, options?: unknown) => () =>
    new SagaOrchestratorBuilder('PlaceOrder', {}, logger as never, options as never);

  it.each<[unknown, unknown, RegExp]>([
    [undefined, undefined, /^logger must be .*winston.*silentLogger .*\(got undefined\)$/],
    [null, undefined, /^logger must be .*\(got null\)$/],
    [console.log, undefined, /^logger must be .*\(got the function log; call it\)$/],
    [{ ...silentLogger, debug: undefined }, undefined, /without debug\)$/],
    [silentLogger, null, /^the options of a chain must be an object \(got null\)$/],
    [silentLogger, 'o-1', /^the options of a chain must be an object \(got 'o-1'\)$/],
    [silentLogger, { host: {} }, /^host must be an engine, .*without start\)$/],
    [silentLogger, { definition: 'PlaceOrder' }, /^definition must be what defineSaga\(\)/],
    [silentLogger, { environment: {} }, /^environment must be .*; environment\.clock must be/],
    [silentLogger, { observers: [{}] }, /^observers must be a list of objects with onRecord/],
    [null, { observers: 5, host: null }, /^logger .*; host .*\(got null\); observers .*\(got 5\)$/],
  ])('is looked at first, all of it at once: %p, %p', (logger, options, message) => {
    expect(made(logger, options)).toThrow(message);
    expect(made(logger, options)).toThrow(expect.objectContaining({ code: 'SAGA_OPTIONS' }));
  });

  it('goes without options, and with undefined ones', async () => {
    const options = { host: undefined, definition: undefined, observers: undefined, id: undefined };
    for (const given of [undefined, {}, options]) {
      const chain = made(silentLogger, given)().step({ label: 'Charge', action: () => 1 });
      expect((await chain.runAsync()).isSuccess).toBe(true);
    }
  });

  it('has the settings of its plan there alone, when that is finished', async () => {
    const definition = defineSaga('PlaceOrder', [{ label: 'Charge', action: () => 1 }]);
    const chain = made(silentLogger, { definition, version: 2 })();
    await expect(chain.runAsync()).rejects.toThrow("unknown option 'version' of a start");
  });
});
