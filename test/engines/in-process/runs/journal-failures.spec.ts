import { inspect } from 'node:util';
import {
  isSagaError,
  LeaseLostError,
  type Journal,
  type CancelRequest,
  type JournalBatch,
} from 'nestjs-saga-orchestrator/core';
import { MemoryJournal } from '../../../../lib/journals/memory/index.js';
import { declines } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { rejectionOf } from '../../../support/shop.js';
import { JournaledShop } from '../journaled-shop.js';

const ref = { name: 'PlaceOrder', id: 'o-1' };

/** A journal whose disk fills up at a write that the test chooses. */
class FailingJournal extends MemoryJournal {
  fired = 0;
  readonly #failure: () => Error;
  #fails: (batch: JournalBatch) => boolean;

  constructor(fails: (types: string[]) => boolean, failure = () => new Error('disk full')) {
    super();
    this.#failure = failure;
    this.#fails = ({ entries }) =>
      fails(entries.map(({ head }) => (JSON.parse(head) as { type: string }).type));
  }

  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    if (!this.#fails(batch)) return super.append(batch);
    this.fired += 1;
    return Promise.reject(this.#failure());
  }

  repair(): void {
    this.#fails = () => false;
  }
}

const broken = (part: Partial<Journal>): Journal => Object.assign(new MemoryJournal(), part);

function orderOn(journal: Journal) {
  const shop = new JournaledShop({ journal });
  const chain = () =>
    shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve', { retry: 3 }))
      .step(shop.step('Charge', { retry: 3 }))
      .step(shop.step('Ship', { retry: 3 }));
  return { shop, chain };
}

describe('a journal that fails is never a failure of a step (semantics 8)', () => {
  it('is told without what redact takes out, by the caller and in the log', async () => {
    const failure = () => new Error('secret', { cause: new Error('secret') });
    const journal = new FailingJournal((types) => types.includes('compensating'), failure);
    const fail = (): never => {
      throw failure();
    };
    const redact = (text: string): string => text.replaceAll('secret', '***');
    const shop = new JournaledShop({ journal, redact });
    const error = await rejectionOf(
      shop.run(shop.saga().step({ label: 'Charge', action: fail, onError: fail })),
    );
    expect(inspect(error)).not.toContain('secret');
    expect(error).toMatchObject({ cause: { code: 'SAGA_JOURNAL', cause: { message: '***' } } });
    expect(shop.logger.text).not.toContain('secret');
    expect(shop.logger.text).toContain('***');
    expect(journal.fired).toBe(1);
  });

  it('stops the saga without an outcome: no retry, no compensation, nothing more runs', async () => {
    const journal = new FailingJournal((types) => types.includes('done'));
    const { shop, chain } = orderOn(journal);
    const error = await rejectionOf(shop.run(chain()));
    expect(error).toMatchObject({
      code: 'SAGA_INTERRUPTED',
      cause: { code: 'SAGA_JOURNAL', cause: { message: 'disk full' } },
    });
    await shop.clock.advance(5_000);
    expect(journal.fired).toBe(1);
    expect(shop.log).toEqual(['Reserve']);
    expect(await journal.get(ref)).toMatchObject({ status: 'running' });
  });

  it('tells observers of nothing that is not durable', async () => {
    const { shop, chain } = orderOn(new FailingJournal((types) => types.includes('done')));
    await rejectionOf(shop.run(chain()));
    expect(shop.history).toEqual(['started Reserve']);
  });

  it('does not undo when the failure of a step could not be recorded', async () => {
    const journal = new FailingJournal((types) => types.includes('failed'));
    const { shop } = orderOn(journal);
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [declines()] }));
    const error = await rejectionOf(shop.run(saga));
    expect(isSagaError(error, 'SAGA_EXECUTION')).toBe(false);
    expect(shop.log).toEqual(['Reserve', 'Charge']);
  });

  it('stops in the middle of undoing, too, and parks nothing', async () => {
    const journal = new FailingJournal((types) => types.includes('undone'));
    const { shop } = orderOn(journal);
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Create'))
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [declines()] }));
    expect(await rejectionOf(shop.run(saga))).toMatchObject({ code: 'SAGA_INTERRUPTED' });
    expect(shop.log).toEqual(['Create', 'Reserve', 'Charge', 'undo Reserve']);
    expect(await journal.get(ref)).toMatchObject({ status: 'compensating' });
  });

  it('leaves a saga that another process drives on, the step in doubt included', async () => {
    const journal = new FailingJournal((types) => types.includes('done'));
    const { shop, chain } = orderOn(journal);
    await rejectionOf(shop.run(chain()));
    journal.repair();
    await shop.redeploy();
    const again = chain();
    await shop.run(again, 'Reserve');
    expect(shop.log).toEqual(['Reserve', 'Reserve', 'Charge', 'Ship']);
    expect(again.getContext().isSuccess).toBe(true);
  });

  it('stops who lost the saga to another owner, and aborts what is in flight (28)', async () => {
    const { shop } = orderOn(
      new FailingJournal(
        (types) => types.includes('cancel-requested'),
        () => new LeaseLostError('Saga PlaceOrder o-1 belongs to another owner now'),
      ),
    );
    const never = () => new Promise(() => undefined);
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [never] }));
    const run = saga.runAsync();
    run.catch(() => undefined);
    await settle();
    const { signal } = shop.calls[1]?.ctx ?? {};
    await rejectionOf(shop.engine.cancel(ref, 'x'));
    expect(await rejectionOf(shop.clock.until(run))).toMatchObject({
      code: 'SAGA_INTERRUPTED',
      cause: { code: 'SAGA_LEASE_LOST' },
    });
    expect(signal?.aborted).toBe(true);
    expect(shop.log).toEqual(['Reserve', 'Charge']);
  });
});

describe('a journal that cannot take a saga up', () => {
  it('refuses the start: nothing has run', async () => {
    const create = () => Promise.reject(new Error('disk full'));
    const { shop, chain } = orderOn(broken({ create }));
    expect(await rejectionOf(chain().start())).toMatchObject({ code: 'SAGA_JOURNAL' });
    expect(shop.log).toEqual([]);
  });

  it('refuses everybody who started the same saga at that moment', async () => {
    const create = () => Promise.reject(new Error('disk full'));
    const { shop, chain } = orderOn(broken({ create }));
    const errors = await Promise.all([chain(), chain()].map((saga) => rejectionOf(saga.start())));
    expect(errors.map(({ code }) => code)).toEqual(['SAGA_JOURNAL', 'SAGA_JOURNAL']);
    expect(shop.log).toEqual([]);
  });

  it('can be tried again: a start that failed is forgotten', async () => {
    let full = true;
    const journal = new MemoryJournal();
    const create: Journal['create'] = (saga) =>
      full
        ? Promise.reject(new Error('disk full'))
        : MemoryJournal.prototype.create.call(journal, saga);
    const { shop, chain } = orderOn(Object.assign(journal, { create }));
    await rejectionOf(chain().start());
    full = false;
    await shop.run(chain());
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it('tells why when it cannot be opened', async () => {
    const { shop, chain } = orderOn(
      broken({ open: () => Promise.reject(new Error('no such host')) }),
    );
    const error = await rejectionOf(chain().runAsync());
    expect(String(error.cause ?? error)).toMatch(/no such host/);
    expect(shop.log).toEqual([]);
    await shop.engine.close();
  });

  it('a journal that could not be opened is opened by the next call', async () => {
    const journal = new MemoryJournal();
    const open = jest.spyOn(journal, 'open').mockRejectedValueOnce(new Error('no route to host'));
    const shop = new JournaledShop({ journal });
    const run = () => shop.saga({ id: 'o-1' }).step(shop.step('Charge')).runAsync();
    expect(await rejectionOf(run())).toMatchObject({ message: 'no route to host' });
    await run();
    expect(open).toHaveBeenCalledTimes(2);
    expect(shop.log).toEqual(['Charge']);
  });
});
