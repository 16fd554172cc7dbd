import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineSaga, type Journal, type SagaEngine } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { MemoryJournal } from '../../../lib/journals/memory/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const order = defineSaga('PlaceOrder', [
  { label: 'Charge', action: () => 'tx', compensate: () => undefined },
]);
const transfer = defineSaga('TransferMoney', [
  { label: 'Debit', action: () => 1, compensate: () => undefined },
]);
const open: SagaEngine[] = [];

function engineOn(
  journal: Journal,
  application = 'shop',
  logger = new RecordingLogger('warn'),
): InProcessEngine {
  const engine = new InProcessEngine({ journal, application, logger });
  open.push(engine);
  return engine;
}

afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});

const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('what an engine shows of its journal', () => {
  it('is that of its own application, unless another one is named', async () => {
    const journal = new MemoryJournal();
    const [shop, bank] = [engineOn(journal), engineOn(journal, 'bank')];
    await (await shop.start(order, {}, { id: 'o-1', tags: { tenant: 'north' } })).result();
    await (await bank.start(transfer, {}, { id: 't-1' })).result();
    const { insight } = shop;
    expect(await insight?.names()).toEqual(['PlaceOrder']);
    expect(await insight?.names({ application: 'bank' })).toEqual(['TransferMoney']);
    const [count] = (await insight?.counts()) ?? [];
    expect(count).toEqual({ name: 'PlaceOrder', status: 'completed', parkReason: null, sagas: 1 });
    expect((await insight?.find({ text: 'o' }))?.map(({ id }) => id)).toEqual(['o-1']);
    expect((await insight?.dryRun({}))?.sagas).toBe(1);
    expect(await insight?.records([{ name: 'PlaceOrder', id: 'o-1' }])).toHaveLength(1);
    expect(await insight?.payloads({ name: 'PlaceOrder', id: 'o-1' })).toBeDefined();
    expect(await insight?.tagNames()).toEqual(['tenant']);
    await expect(insight?.find(null as never)).rejects.toMatchObject({ code: 'SAGA_OPTIONS' });
    await expect(insight?.records(null as never)).rejects.toMatchObject({ code: 'SAGA_OPTIONS' });
  });

  it('is absent where its journal cannot say', () => {
    const journal = new MemoryJournal();
    Object.defineProperty(journal, 'insight', { value: undefined });
    expect(engineOn(journal).insight).toBeUndefined();
  });

  it('tells the processes: who they are, and what they know', async () => {
    const journal = new MemoryJournal();
    const engine = engineOn(journal);
    engine.register(order);
    await engine.open();
    const { name, version, fingerprint } = order;
    const info = {
      ...{ application: 'shop', pid: process.pid, node: process.version },
      ...{ sagas: [{ name, version, fingerprint }], worker: true, draining: false },
    };
    const [owner] = (await engine.insight?.owners()) ?? [];
    expect(owner).toMatchObject({ owner: engine.health().owner, isAlive: true, sagas: 0, info });
  });

  it('says the version that package.json says', async () => {
    const engine = engineOn(new MemoryJournal());
    await engine.open();
    const [owner] = (await engine.insight?.owners()) ?? [];
    const text = readFileSync(join(__dirname, '../../../package.json'), 'utf8');
    expect(owner?.info?.packageVersion).toBe((JSON.parse(text) as { version: string }).version);
  });

  it('has the plans that were registered, before the recovery and after it', async () => {
    const engine = engineOn(new MemoryJournal());
    engine.register(order);
    await engine.recover();
    engine.register(transfer);
    await soon();
    const plans = (await engine.insight?.plans()) ?? [];
    expect(plans.map(({ plan }) => plan)).toEqual(
      expect.arrayContaining([order.toJSON(), transfer.toJSON()]),
    );
    expect(plans).toHaveLength(2);
  });

  it('goes without plans where the journal fails to keep them, and says so', async () => {
    const journal = new MemoryJournal();
    const logger = new RecordingLogger('warn');
    jest.spyOn(journal, 'savePlans').mockRejectedValue(new Error('the disk is full'));
    const engine = engineOn(journal, 'shop', logger);
    engine.register(order);
    await engine.recover();
    await soon();
    expect(JSON.stringify(logger.lines)).toMatch(
      /plans of this process could not be kept.*disk is full/,
    );
  });
});
