import {
  defineSaga,
  silentLogger,
  type SagaDefinition,
  type SagaEngine,
} from 'nestjs-saga-orchestrator/core';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { engineOn, untilStatus } from './engines.js';
import { freePort } from './ports.js';
import { RestateServer } from './restate-server.js';

/** An order that pays by a saga of its own and waits for it. */
class Shop {
  readonly calls: string[] = [];
  readonly child: SagaDefinition;
  readonly parent: SagaDefinition;
  readonly payment: { readonly name: string; readonly id: string };
  readonly order: { readonly name: string; readonly id: string };
  /** By which engine the order starts its payment. */
  host: SagaEngine | undefined;
  before = (): Promise<void> => Promise.resolve();
  charge = (): Promise<unknown> => Promise.resolve('tx-1');
  #paying!: () => void;
  readonly paying = new Promise<void>((resolve) => (this.#paying = resolve));

  constructor(name: string) {
    const note = (call: string) => () => void this.calls.push(call);
    const retry = { retries: 5, delay: 2_000, maxDelay: 2_000 };
    const child = defineSaga(`${name}Payment`, [
      { label: 'Charge', action: () => this.#charge(), compensate: note('undo Charge'), retry },
    ]);
    this.child = child;
    this.parent = defineSaga(name, [
      { label: 'Reserve', action: note('Reserve'), compensate: note('undo Reserve') },
      { label: 'Pay', action: () => this.#pay(), compensate: note('undo Pay') },
    ]);
    this.order = { name, id: 'o-1' };
    this.payment = { name: child.name, id: 'o-1' };
  }

  async #charge(): Promise<unknown> {
    this.calls.push('Charge');
    return this.charge();
  }

  async #pay(): Promise<unknown> {
    this.calls.push('Pay');
    this.#paying();
    await this.before();
    const handle = await (this.host as SagaEngine).start(this.child, {}, { id: 'o-1' });
    return (await handle.result()).getStepResult('Charge');
  }
}

describe('a saga on Restate that waits for another one, which goes on (semantics 8a)', () => {
  let server: RestateServer;
  beforeAll(async () => (server = await RestateServer.start()));
  afterAll(() => server.stop());

  async function deployed(shop: Shop, port: number): Promise<SagaEngine> {
    const { ingressUrl, adminUrl } = server;
    const engine = restateEngine({ ingressUrl, adminUrl, service: { port } }).create({
      ...{ logger: silentLogger, drainMs: 500 },
    });
    for (const plan of [shop.parent, shop.child]) engine.register(plan);
    await engine.open();
    return (shop.host = engine);
  }

  async function completes(shop: Shop, engine: SagaEngine): Promise<void> {
    await untilStatus(engine, shop.order, 'completed');
    await untilStatus(engine, shop.payment, 'completed');
    expect(shop.calls.filter((call) => call.startsWith('undo'))).toEqual([]);
    const saga = await engine.get(shop.order);
    expect(saga?.timeline.map(({ type }) => type)).not.toContain('failed');
    await engine.close();
  }

  it('is resumed by the next process after a shutdown', async () => {
    const shop = new Shop('Interrupted');
    shop.charge = () => Promise.reject(new Error('closed until nine'));
    const port = await freePort();
    const first = await deployed(shop, port);
    await first.start(shop.parent, {}, { id: 'o-1' });
    await shop.paying;
    await first.close();
    shop.charge = () => Promise.resolve('tx-1');
    await completes(shop, await deployed(shop, port));
  });

  it('is resumed when it comes to start the other one only during a shutdown', async () => {
    const shop = new Shop('Refused');
    let go!: () => void;
    shop.before = () => new Promise((resolve) => (go = resolve));
    const port = await freePort();
    const first = await deployed(shop, port);
    await first.start(shop.parent, {}, { id: 'o-1' });
    await shop.paying;
    const closed = first.close();
    go();
    await closed;
    shop.before = () => Promise.resolve();
    await completes(shop, await deployed(shop, port));
  });

  it('begins again after a pause when the server of the other one fails', async () => {
    const shop = new Shop('Unreachable');
    const engine = await deployed(shop, await freePort());
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const cutOff = engineOn(
      { ingressUrl: nobody, adminUrl: nobody },
      { service: false },
      shop.child,
    );
    let tries = 0;
    shop.before = () => {
      shop.host = (tries += 1) === 1 ? cutOff : engine;
      return Promise.resolve();
    };
    await engine.start(shop.parent, {}, { id: 'o-1' });
    await completes(shop, engine);
    expect(tries).toBe(2);
    await cutOff.close();
  });

  it('is undone with its step in doubt when the other one is parked', async () => {
    const shop = new Shop('Parked');
    shop.charge = () => new Promise(() => undefined);
    const engine = await deployed(shop, await freePort());
    const handle = await engine.start(shop.parent, {}, { id: 'o-1' });
    await untilStatus(engine, shop.payment, 'running');
    await engine.manual(shop.payment, { act: 'terminate' }, { by: 'eve', reason: 'fraud' });
    await expect(handle.result()).rejects.toMatchObject({
      ...{ status: 'compensated', compensated: ['Pay', 'Reserve'] },
    });
    await engine.close();
  });
});
