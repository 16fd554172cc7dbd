import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel } from 'amqplib';
import { SagaJournalError } from 'nestjs-saga-orchestrator';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { firstValueFrom } from 'rxjs';
import { RabbitShop, until, type Consumer } from './rabbitmq-shop.js';

type Journal = ReturnType<typeof sqliteJournal>;
type Create = ReturnType<Journal['create']>;

const socketOf = ({ connection }: Channel) => (connection as never as { stream: Socket }).stream;

describe('the recipe of RabbitMQ, on a real broker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'saga-messages-'));
  const { asked } = RabbitShop;
  let shop: RabbitShop;
  let consumers: Consumer[] = [];
  /** Whatever a test that failed has left shut would hold up the shutdown of its consumer. */
  const gates: { readonly open: () => void }[] = [];

  beforeAll(async () => {
    shop = await RabbitShop.open();
  });
  afterEach(async () => {
    for (const { open } of gates.splice(0)) open();
    for (const consumer of consumers) await consumer.close();
    consumers = [];
    asked.length = 0;
  });
  afterAll(async () => {
    await shop?.close();
    rmSync(folder, { recursive: true });
  });

  /** Another process on the same file. `atFirst` stands in for the first time that a saga is stored. */
  async function consumer(atFirst = (store: () => Create) => store()): Promise<Consumer> {
    const journal = sqliteJournal({ file: join(folder, 'sagas.db') });
    let isFirst = true;
    const create: Journal['create'] = (saga) => {
      const store = () => journal.create(saga);
      if (!isFirst) return store();
      isFirst = false;
      return atFirst(store);
    };
    const get = (target: Journal, name: string | symbol) => {
      const value: unknown = name === 'create' ? create : target[name as keyof Journal];
      return typeof value === 'function' ? value.bind(target) : value;
    };
    const opened = await shop.consumer(new Proxy(journal, { get }));
    consumers.push(opened);
    return opened;
  }

  /** A promise, and what fulfils it. */
  function gate() {
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    gates.push({ open });
    return { open, opened };
  }

  const closed = async () => {
    for (const each of consumers.splice(0)) await each.close();
  };
  const NOTHING = { orders: 0, dead: 0 };

  describe.each([
    [
      'its connection is lost',
      (channel: Channel) => void socketOf(channel).destroy(new Error('Cut')),
    ],
    ['its channel is closed', (channel: Channel) => channel.close()],
  ])('a message comes to another process when %s', (_, cut) => {
    it.each([
      ['before the saga is stored', false],
      ['when the saga is stored, before it is acknowledged', true],
    ])('%s: one saga, and nothing is done twice', async (__, isStored) => {
      const [there, goOn] = [gate(), gate()];
      const first = await consumer(async (store) => {
        const row = isStored ? await store() : undefined;
        there.open();
        await goOn.opened;
        return isStored ? row : store();
      });
      const id = `cut-${_}-${__}`.replaceAll(/\W/g, '-');
      await shop.emit({ id, product: 'tea' });
      await there.opened;
      const second = await consumer();
      await cut(first.given[0]!.getChannelRef());
      await until(() => second.given[0]);
      goOn.open();
      const saga = await (await shop.placed(second, id)).result();
      expect(saga.getStepResult('reserve')).toBe(`reserved for ${id}`);
      expect(second.given[0]!.getMessage()).toMatchObject({ fields: { redelivered: true } });
      await closed();
      expect(asked).toEqual([id]);
      expect(await shop.left()).toEqual(NOTHING);
    });
  });

  it.each([
    ['could not be reached', false],
    ['has stored the saga, but its answer was lost', true],
  ])('requeued after the journal %s, it comes again: one saga', async (_, isStored) => {
    const one = await consumer(async (store) => {
      if (isStored) await store();
      throw new SagaJournalError('The connection is gone');
    });
    const id = `later-${isStored}`;
    await shop.emit({ id, product: 'tea' });
    const saga = await shop.placed(one, id);
    expect((await saga.result()).getStepResult('reserve')).toBe(`reserved for ${id}`);
    await closed();
    expect(one.given).toHaveLength(2);
    expect(asked).toEqual([id]);
    expect(await shop.left()).toEqual(NOTHING);
  });

  it('a message that can never be accepted is a dead letter at once, and the next one is taken', async () => {
    const one = await consumer();
    await shop.emit({ id: 'taken', product: 'tea' });
    await (await shop.placed(one, 'taken')).result();
    const bad = [{ id: '', product: 'tea' }, { id: 'taken', product: 'coffee' }, 'text', [], 7];
    for (const data of bad) await shop.emit(data);
    const raw = ['null', '{"a":', '', '{"pattern":"order.gone"}', '{"pattern":"order.placed"}'];
    for (const text of raw) shop.channel.sendToQueue('orders', Buffer.from(text));
    await shop.emit({ id: 'next', product: 'tea' });
    await (await shop.placed(one, 'next')).result();
    const letters = await shop.dead(bad.length + raw.length);
    for (const { properties } of letters)
      expect(properties.headers).toMatchObject({ 'x-first-death-reason': 'rejected' });
    const texts = bad.map((data) => JSON.stringify({ pattern: 'order.placed', data }));
    expect(letters.map(({ content }) => content.toString()).toSorted()).toEqual(
      [...texts, ...raw].toSorted(),
    );
    await closed();
    expect(asked).toEqual(['taken', 'next']);
    expect(await shop.left()).toEqual(NOTHING);
  });

  it('a message whose consumer is lost each time is a dead letter in the end', async () => {
    await shop.emit({ id: 'deadly', product: 'tea' });
    let count = 0;
    await until(async () => {
      const message = await shop.channel.get('orders');
      if (message === false) return (await shop.left()).dead || undefined;
      count += 1;
      shop.channel.nack(message);
      return undefined;
    });
    expect(count).toBe(21);
    const [letter] = await shop.dead(1);
    expect(letter?.properties.headers).toMatchObject({ 'x-first-death-reason': 'delivery_limit' });
  });

  it('who asks gets the result, or what SagaExceptionFilter makes of the failure', async () => {
    const one = await consumer();
    const ask = (id: string, product: string) =>
      firstValueFrom(shop.client.send('order.place', { id, product }));
    await expect(ask('asked', 'tea')).resolves.toBe('reserved for asked');
    await expect(ask('asked', 'tea')).resolves.toBe('reserved for asked');
    await expect(ask('failed', 'none')).rejects.toEqual({
      ...{ status: 'error', statusCode: 409, code: 'SAGA_EXECUTION', sagaId: 'failed' },
      message: 'It failed, and everything that was done for it has been undone.',
    });
    await expect(ask('asked', 'none')).rejects.toMatchObject({ code: 'SAGA_CONFLICT' });
    await expect(ask('bad', '')).rejects.toMatchObject({ statusCode: 400, code: 'SAGA_INPUT' });
    // What comes behind the broker's receipt for the last answer: Nest does not wait for that when it closes.
    await shop.emit({ id: 'behind', product: 'tea' });
    await (await shop.placed(one, 'behind')).result();
    await closed();
    expect(asked).toEqual(['asked', 'failed', 'behind']);
    expect(await shop.left()).toEqual(NOTHING);
  });

  it('a process that is closed while messages come in leaves the rest to the next one', async () => {
    const first = await consumer();
    const ids = Array.from({ length: 60 }, (_, n) => `deploy-${n}`);
    const sent = Promise.all(ids.map((id) => shop.emit({ id, product: 'tea' })));
    await until(() => first.given[10]);
    const gone = first.close();
    const second = await consumer();
    await Promise.all([sent, gone]);
    for (const id of ids) await (await shop.placed(second, id)).result();
    consumers = [second];
    await closed();
    expect(asked.toSorted()).toEqual(ids.toSorted());
    expect(await shop.left()).toEqual(NOTHING);
  });
});
