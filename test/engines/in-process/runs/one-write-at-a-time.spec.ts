import type { JournalBatch } from 'nestjs-saga-orchestrator/core';
import { MemoryJournal } from '../../../../lib/journals/memory/index.js';
import { settle } from '../../../support/manual-clock.js';
import { rejectionOf } from '../../../support/shop.js';
import { gate, JournaledShop } from '../journaled-shop.js';

const ref = { name: 'PlaceOrder', id: 'o-1' };

/** Writes that are under way until the test lets them through, and what each has brought. */
class SlowJournal extends MemoryJournal {
  readonly writes: string[][] = [];
  atOnce = 0;
  #waiting: (() => void)[] = [];
  #slow = false;
  #underWay = 0;

  override async append(batch: JournalBatch): Promise<void> {
    this.writes.push(batch.entries.map(({ head }) => (JSON.parse(head) as { type: string }).type));
    this.atOnce = Math.max(this.atOnce, (this.#underWay += 1));
    try {
      if (this.#slow) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      await super.append(batch);
    } finally {
      this.#underWay -= 1;
    }
  }

  holdBack(): void {
    this.#slow = true;
  }

  async next(): Promise<void> {
    this.#waiting.shift()?.();
    await settle();
  }

  async letAllThrough(): Promise<void> {
    this.#slow = false;
    while (this.#waiting.length > 0) await this.next();
  }
}

/** An order whose Charge has just answered: that it is done is on its way to the journal. */
async function answered() {
  const journal = new SlowJournal();
  const shop = new JournaledShop({ journal });
  const charge = gate();
  const saga = shop
    .saga({ id: 'o-1' })
    .step(shop.step('Charge', { does: [charge.does] }))
    .step(shop.step('Ship'));
  const run = saga.runAsync();
  run.catch(() => undefined);
  await settle();
  journal.holdBack();
  charge.open('tx-1');
  await settle();
  expect(journal.writes).toEqual([['done', 'started']]);
  return { journal, shop, run };
}

describe('the writes of one saga', () => {
  it('come one after the other: what is noted during a write waits for its end', async () => {
    const { journal, shop, run } = await answered();
    const cancelled = shop.engine.cancel(ref, 'changed my mind');
    await settle();
    expect(journal.writes).toHaveLength(1);
    await journal.next();
    await journal.letAllThrough();
    await cancelled;
    expect(await rejectionOf(shop.clock.until(run))).toMatchObject({ code: 'SAGA_EXECUTION' });
    expect(journal.atOnce).toBe(1);
    expect(journal.writes.filter((write) => write.length === 0)).toEqual([]);
    expect(journal.writes.flat().slice(0, 3)).toEqual(['done', 'started', 'cancel-requested']);
    expect(await shop.status('o-1')).toBe('compensated');
  });

  it('are one for all who note something during a write', async () => {
    const { journal, shop, run } = await answered();
    const cancels = ['one', 'two', 'three'].map((reason) => shop.engine.cancel(ref, reason));
    await settle();
    await journal.letAllThrough();
    await Promise.all(cancels);
    await rejectionOf(shop.clock.until(run));
    const carrying = journal.writes.filter((write) => write.includes('cancel-requested'));
    expect(carrying).toHaveLength(1);
    expect(journal.atOnce).toBe(1);
  });

  it('are all refused after one that failed: none leaves a gap', async () => {
    const { journal, shop, run } = await answered();
    const append = jest.spyOn(MemoryJournal.prototype, 'append');
    append.mockRejectedValueOnce(new Error('disk full'));
    const cancelled = rejectionOf(shop.engine.cancel(ref, 'changed my mind'));
    await settle();
    await journal.letAllThrough();
    append.mockRestore();
    expect(await cancelled).toMatchObject({ code: 'SAGA_JOURNAL' });
    expect(await rejectionOf(shop.clock.until(run))).toMatchObject({ code: 'SAGA_INTERRUPTED' });
    expect(journal.writes).toHaveLength(1);
    expect((await journal.load(ref))?.entries.map(({ seq }) => seq)).toEqual([1]);
  });
});
