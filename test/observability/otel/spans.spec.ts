import { SpanStatusCode, trace } from '@opentelemetry/api';
import {
  memoryJournal,
  OutcomeUnknownError,
  Saga,
  SagaOperations,
  SagaStep,
  silentLogger,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';
import { sagaTelemetry, type SagaTelemetryOptions } from 'nestjs-saga-orchestrator/otel';
import { defer, of } from 'rxjs';
import { boot } from '../../nest/boot.js';
import { Sdk } from './sdk.js';

interface Order {
  readonly card: 'good' | 'lost' | 'declined' | 'stuck';
}

const SECRET = 'card 4111-1111';

/** What stands in the caller's place of a database: a span of its own where it is asked. */
function query(sdk: Sdk, name: string): void {
  sdk.tracerProvider.getTracer('db').startSpan(name).end();
}

async function shop(options: SagaTelemetryOptions = {}, journal = memoryJournal()) {
  const sdk = new Sdk();
  let charges = 0;

  @Saga('Order')
  class OrderSaga {
    @SagaStep({ label: 'Reserve', compensate: 'release', compensationRetry: 0 })
    reserve(_: ISagaContext<Order>) {
      return defer(() => {
        query(sdk, 'db reserve');
        return of({ shelf: SECRET });
      });
    }
    async release({ context }: ISagaContext<Order>) {
      await Promise.resolve();
      query(sdk, 'db release');
      if (context.card === 'stuck') throw new TypeError(SECRET);
    }
    @SagaStep({ label: 'Charge', retry: 1, compensate: 'refund', probe: 'wasCharged' })
    async charge({ context }: ISagaContext<Order>) {
      query(sdk, 'db charge');
      await Promise.resolve();
      query(sdk, 'db charge later');
      charges += 1;
      if (context.card === 'good') return { tx: SECRET };
      if (context.card === 'lost' && charges === 1) throw new OutcomeUnknownError(SECRET);
      throw Object.assign(new Error(SECRET), { code: 'CARD_DECLINED' });
    }
    wasCharged(_: ISagaContext<Order>) {
      query(sdk, 'db probe');
      return 'not-done' as const;
    }
    refund() {}
  }

  const telemetry = sagaTelemetry({ ...sdk.providers, ...options });
  const { app, sagas } = await boot(
    { providers: [OrderSaga] },
    { logger: silentLogger, journal, telemetry },
  );
  const run = (card: Order['card'], id = 'o-1') =>
    sagas
      .for(OrderSaga, { card }, { id })
      .runAsync()
      .catch(() => undefined);
  return { sdk, app, sagas, OrderSaga, run };
}

describe('the spans of a saga', () => {
  it('stand beneath the request that started it, and around what its steps do', async () => {
    const { sdk, run } = await shop();
    await sdk.within('POST /orders', () => run('good'));
    expect(sdk.tree).toEqual([
      'step Order/Reserve > db reserve',
      'saga Order > step Order/Reserve',
      'step Order/Charge > db charge',
      'step Order/Charge > db charge later',
      'saga Order > step Order/Charge',
      'POST /orders > saga Order',
      '- > POST /orders',
    ]);
    expect(sdk.span('saga Order')).toMatchObject({
      attributes: {
        'saga.name': 'Order',
        'saga.id': 'o-1',
        'saga.version': 1,
        'saga.outcome': 'completed',
      },
      ...{ status: { code: SpanStatusCode.UNSET }, links: [], events: [] },
    });
    expect(sdk.span('step Order/Charge').attributes).toEqual({
      ...{ 'saga.name': 'Order', 'saga.id': 'o-1', 'saga.step.name': 'Charge' },
      ...{ 'saga.step.direction': 'do', 'saga.step.attempt': 1, 'saga.step.outcome': 'done' },
    });
  });

  it('tell of every attempt, of probes, and of undos what they undo', async () => {
    const { sdk, run } = await shop();
    await sdk.within('POST /orders', () => run('lost'));
    const [first, second] = sdk.spans.filter(({ name }) => name === 'step Order/Charge');
    expect(first).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        ...{ 'saga.step.outcome': 'unknown', 'saga.step.attempt': 1 },
        'error.type': 'SAGA_OUTCOME_UNKNOWN',
      },
    });
    expect(second).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        ...{ 'saga.step.outcome': 'failed', 'saga.step.attempt': 2 },
        'error.type': 'CARD_DECLINED',
      },
    });
    expect(sdk.span('probe Order/Charge').attributes).toMatchObject({
      ...{ 'saga.step.direction': 'probe', 'saga.step.outcome': 'done' },
    });
    expect(sdk.tree).toContain('probe Order/Charge > db probe');
    const undo = sdk.span('undo Order/Reserve');
    const done = sdk.span('step Order/Reserve');
    expect(undo.links).toEqual([
      { context: done.spanContext(), attributes: { 'saga.link': 'undoes' } },
    ]);
    expect(sdk.tree).toContain('undo Order/Reserve > db release');
    const saga = sdk.span('saga Order');
    expect(saga).toMatchObject({
      ...{ status: { code: SpanStatusCode.UNSET } },
      attributes: { 'saga.outcome': 'compensated' },
      events: [{ name: 'saga.compensating', attributes: { 'saga.cause': 'step-failed' } }],
    });
  });

  it('say of a parked saga that it is an error', async () => {
    const { sdk, run } = await shop();
    await run('stuck');
    expect(sdk.span('saga Order')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'saga.outcome': 'parked', 'saga.park.reason': 'compensation-failed' },
    });
    expect(sdk.span('undo Order/Reserve').attributes).toMatchObject({
      ...{ 'saga.step.outcome': 'failed', 'error.type': 'TypeError' },
    });
  });

  it('hold no payload and no text, unless the messages of errors are asked for', async () => {
    const quiet = await shop({ sagaId: false });
    await quiet.run('lost');
    const seen = JSON.stringify(
      quiet.sdk.spans.map(({ name, attributes, status, events }) => [
        name,
        attributes,
        status,
        events,
      ]),
    );
    expect(seen).not.toContain('4111');
    expect(seen).not.toContain('o-1');
    const loud = await shop({ errorMessages: true });
    await loud.run('declined');
    expect(loud.sdk.spans.map(({ status }) => status.message)).toContain(SECRET);
  });

  it('have their parent also after a 202', async () => {
    const { sdk, sagas, OrderSaga } = await shop();
    const handle = await sdk.within('POST /orders', () =>
      sagas.for(OrderSaga, { card: 'good' }, { id: 'o-1' }).start(),
    );
    await handle.result();
    expect(sdk.tree).toContain('POST /orders > saga Order');
    expect(sdk.tree).toContain('saga Order > step Order/Charge');
  });

  it.each(['link', 'parent'] as const)('of one that was taken over: %s', async (resume) => {
    const journal = memoryJournal();
    const first = await shop({ resume }, journal);
    await first.sdk.within('POST /orders', () => first.run('stuck'));
    await first.app.close();
    const second = await shop({ resume }, journal);
    await second.app
      .get(SagaOperations)
      .retryCompensation('Order', 'o-1', { by: 'ann', reason: 'again' });
    for (let n = 0; n < 50 && second.sdk.spans.length < 3; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const request = first.sdk.span('POST /orders').spanContext();
    const saga = second.sdk.span('saga Order');
    expect(saga.events.map(({ name }) => name)).toContain('saga.recovered');
    expect(saga.attributes).toMatchObject({ 'saga.recovered': true });
    const isChild = saga.parentSpanContext?.spanId === request.spanId;
    expect(isChild).toBe(resume === 'parent');
    expect(saga.spanContext().traceId === request.traceId).toBe(resume === 'parent');
    expect(saga.links).toEqual([
      {
        context: expect.objectContaining({ traceId: request.traceId, spanId: request.spanId }),
        attributes: { 'saga.link': 'origin' },
      },
    ]);
  });

  it('end with the attempt, when an attempt outlives its time', async () => {
    const sdk = new Sdk();
    let late = (): void => undefined;

    @Saga('Slow')
    class Slow {
      @SagaStep({ timeout: 20, timeoutGrace: 0, compensate: 'undo' })
      wait(_: ISagaContext<Order>) {
        return new Promise<void>((resolve) => (late = resolve));
      }
      undo() {}
    }

    const { sagas } = await boot(
      { providers: [Slow] },
      { logger: silentLogger, telemetry: sagaTelemetry(sdk.providers) },
    );
    await sagas
      .for(Slow, { card: 'good' })
      .runAsync()
      .catch(() => undefined);
    const before = sdk.spans.length;
    const span = sdk.span('step Slow/wait');
    expect(span).toMatchObject({
      attributes: { 'saga.step.outcome': 'unknown', 'error.type': 'SAGA_TIMEOUT' },
    });
    late();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(sdk.spans).toHaveLength(before);
  });
});

describe('telemetry that fails', () => {
  it('changes nothing', async () => {
    const broken = {
      getTracer: () => ({
        startSpan: () => {
          throw new Error('no exporter');
        },
        startActiveSpan: () => undefined,
      }),
    };
    const { run, sagas, OrderSaga } = await shop({ tracerProvider: broken });
    expect(await run('good')).toMatchObject({ isSuccess: true });
    const found = await sagas.attach(OrderSaga, 'o-1');
    expect(found?.getStepResult('Charge')).toEqual({ tx: SECRET });
  });

  it('refuses options that cannot be right', () => {
    expect(() => sagaTelemetry({ resum: 'link' } as never)).toThrow(/did you mean 'resume'/);
    const wrong = { resume: 'follows', sagaId: 1, tracerProvider: {} };
    expect(() => sagaTelemetry(wrong as never)).toThrow(
      /tracerProvider must be .*; resume must be 'link' or 'parent'.*; sagaId must be true or false/,
    );
  });
});

describe('without an SDK', () => {
  it('nothing is watched', () => {
    trace.disable();
    const telemetry = sagaTelemetry();
    expect(Object.values({ ...telemetry })).toEqual(Array(5).fill(undefined));
  });

  it('is looked for when the application starts, not when its module is imported', () => {
    const telemetry = sagaTelemetry();
    trace.setGlobalTracerProvider(new Sdk().tracerProvider);
    expect(telemetry.interceptors).toHaveLength(1);
    trace.disable();
  });
});
