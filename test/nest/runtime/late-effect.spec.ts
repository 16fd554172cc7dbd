import { Injectable } from '@nestjs/common';
import {
  Saga,
  SagaEvents,
  SagaStep,
  type ISagaContext,
  type SagaEvent,
} from 'nestjs-saga-orchestrator';
import { boot } from '../boot.js';

let takesEffect: () => void;

@Saga('LateOrder')
@Injectable()
class LateOrder {
  @SagaStep({ timeout: 20, timeoutGrace: 0, compensate: 'refund' })
  charge(_ctx: ISagaContext<object>): Promise<string> {
    return new Promise((resolve) => (takesEffect = () => resolve('tx-1')));
  }

  refund(_ctx: ISagaContext<object>): void {
    return undefined;
  }
}

describe('SagaEvents of a late effect (semantics 3b)', () => {
  it('comes after the end of its saga, without its result', async () => {
    const { app, sagas } = await boot({ providers: [LateOrder] });
    const events: SagaEvent[] = [];
    const told = new Promise<void>((resolve) => {
      app.get(SagaEvents).events$.subscribe((event) => {
        events.push(event);
        if (event.type === 'late-effect') resolve();
      });
    });
    await expect(sagas.for(LateOrder, {}, { id: 'o-1' }).runAsync()).rejects.toMatchObject({
      status: 'compensated',
    });
    takesEffect();
    await told;
    expect(events.at(-1)).toEqual({
      type: 'late-effect',
      ...{ sagaName: 'LateOrder', sagaId: 'o-1', at: expect.any(Number) as number },
      ...{ label: 'charge', attempt: 1, direction: 'do' },
    });
  });
});
