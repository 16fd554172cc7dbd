import {
  memoryJournal,
  Saga,
  SagaStep,
  silentLogger,
  type ISagaContext,
  type Journal,
} from 'nestjs-saga-orchestrator';
import { sagaTelemetry } from 'nestjs-saga-orchestrator/otel';
import { boot } from '../../nest/boot.js';
import type { Sdk } from './sdk.js';

@Saga('Order')
class OrderSaga {
  @SagaStep({ label: 'Reserve', compensate: 'release', compensationRetry: 0 })
  reserve(_: ISagaContext<{ card: string }>) {}
  release({ context }: ISagaContext<{ card: string }>) {
    if (context.card === 'stuck') throw new TypeError('no');
  }
  @SagaStep({ label: 'Charge', retry: 1, compensate: 'refund' })
  charge({ context }: ISagaContext<{ card: string }>) {
    if (context.card !== 'good') throw Object.assign(new Error('no'), { code: 'CARD_DECLINED' });
  }
  refund() {}
}

/** A shop that has sold to a good, a declined and a stuck card. */
export async function sold(sdk: Sdk, journal: Journal = memoryJournal()) {
  const telemetry = sagaTelemetry(sdk.providers);
  const { app, sagas } = await boot(
    { providers: [OrderSaga] },
    { logger: silentLogger, journal, telemetry },
  );
  for (const card of ['good', 'declined', 'stuck']) {
    await sagas
      .for(OrderSaga, { card }, { id: `id-of-${card}` })
      .runAsync()
      .catch(() => undefined);
  }
  return { app, telemetry };
}
