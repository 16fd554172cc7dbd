import { Injectable, Scope } from '@nestjs/common';
import { memoryJournal, Saga, SagaStep, silentLogger } from 'nestjs-saga-orchestrator';
import { boot, bootFailure } from './boot.js';

describe('31: request-scoped or lazy providers silently ignored', () => {
  it.each([Scope.REQUEST, Scope.TRANSIENT])(
    'a saga class of scope %s keeps the application from starting',
    async (scope) => {
      @Saga('Order')
      @Injectable({ scope })
      class OrderSaga {
        @SagaStep()
        charge() {}
      }
      const error = await bootFailure({ providers: [OrderSaga] });
      expect(error).toMatchObject({ code: 'SAGA_DEFINITION' });
      expect(error.message).toMatch(/OrderSaga.*make it a singleton/);
    },
  );
});

describe('32: shutdown hooks not awaited, run twice, or before the start has ended', () => {
  @Saga('Order')
  class OrderSaga {
    open: () => void = () => undefined;

    @SagaStep()
    charge() {
      return new Promise<void>((resolve) => (this.open = resolve));
    }

    @SagaStep()
    ship() {}
  }

  it('close() is awaited to the step boundary, and a second one changes nothing', async () => {
    const journal = memoryJournal();
    const close = jest.spyOn(journal, 'close');
    const { app, sagas } = await boot(
      { providers: [OrderSaga] },
      { journal, logger: silentLogger },
    );
    const run = sagas.for(OrderSaga, {}, { id: 'o-1' }).runAsync();
    run.catch(() => undefined);
    await new Promise(setImmediate);
    let closed = false;
    const closing = Promise.all([app.close(), app.close()]).then(() => (closed = true));
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    app.get(OrderSaga).open();
    await closing;
    await expect(run).rejects.toMatchObject({ code: 'SAGA_INTERRUPTED' });
    expect(close).toHaveBeenCalledTimes(1);
    const stored = await journal.load({ name: 'Order', id: 'o-1' });
    expect(stored?.entries.map(({ head }) => (JSON.parse(head) as { type: string }).type)).toEqual([
      'started',
      'done',
    ]);
  });

  it('an application that ends before it has started leaves nothing behind', async () => {
    const journal = memoryJournal();
    const opening = jest.spyOn(journal, 'open').mockRejectedValue(new Error('no disk'));
    const error = await bootFailure({ providers: [OrderSaga] }, { journal, logger: silentLogger });
    expect(error.message).toMatch(/no disk/);
    expect(opening).toHaveBeenCalled();
  });
});
