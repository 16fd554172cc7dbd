import { config, filter, map, mergeMap, Observable, Subject } from 'rxjs';
import { SagaEvents, type SagaEvent } from 'nestjs-saga-orchestrator';
import { RecordingLogger } from '../../support/recording-logger.js';
import { boot } from '../boot.js';
import { ORDERS, PlaceOrderSaga, tea } from '../orders.js';

type Events = SagaEvents['events$'];

function fail(): never {
  throw new Error('no connection to the dashboard');
}
// As a subscriber it compiles where promises are not looked for.
const failLater = (async () => Promise.reject(new Error('answered 503'))) as () => never;

/** What rxjs would have thrown into the event loop, where it ends the process. */
async function escapedWhile(work: () => Promise<void>): Promise<unknown[]> {
  const escaped: unknown[] = [];
  config.onUnhandledError = (error) => escaped.push(error);
  try {
    await work();
    // It does so in a timer.
    await new Promise((resolve) => setTimeout(resolve, 2));
  } finally {
    config.onUnhandledError = null;
  }
  return escaped;
}

const SUBSCRIBERS: readonly [name: string, subscribe: (events$: Events) => unknown][] = [
  ['a function that throws', (events$) => events$.subscribe(fail)],
  ['a function that rejects', (events$) => events$.subscribe(failLater)],
  ['an observer that throws', (events$) => events$.subscribe({ next: fail })],
  ['an operator that throws', (events$) => events$.pipe(map(fail)).subscribe()],
  ['an operator that rejects', (events$) => events$.pipe(mergeMap(failLater)).subscribe()],
  ['a subscriber behind an operator', (events$) => events$.pipe(filter(Boolean)).subscribe(fail)],
  ['a forEach that throws', (events$) => void events$.forEach(fail)],
  ['a forEach that rejects', (events$) => void events$.forEach(failLater)],
  [
    'a forEach behind an operator that throws, and nobody awaits',
    (events$) => void events$.pipe(map(fail)).forEach(() => undefined),
  ],
  [
    'a subscriber behind two of them, and two pipes',
    (events$) => events$.pipe(filter(Boolean)).pipe(map(String)).subscribe(failLater),
  ],
  [
    'a subscriber behind an operator made by hand',
    (events$) =>
      events$.pipe((source) => new Observable((to) => source.subscribe(to))).subscribe(fail),
  ],
  ['an error handler that throws', (events$) => events$.pipe(map(fail)).subscribe({ error: fail })],
];

describe('who watches sagas does them no harm (semantics 33)', () => {
  it.each(SUBSCRIBERS)('%s', async (_, subscribe) => {
    const logger = new RecordingLogger('error');
    const seen: string[] = [];
    const escaped = await escapedWhile(async () => {
      const { app, sagas } = await boot({ providers: ORDERS }, { logger });
      const { events$ } = app.get(SagaEvents);
      subscribe(events$);
      events$.subscribe(({ type }) => seen.push(type));
      const saga = sagas.for(PlaceOrderSaga, tea());
      await saga.runAsync();
      expect(saga.getContext().isSuccess).toBe(true);
    });
    expect(escaped).toEqual([]);
    expect(seen).toEqual(['started', 'done', 'started', 'done', 'completed']);
    const errors = logger.lines.filter(({ level }) => level === 'error');
    expect(errors.length).toBeGreaterThan(0);
    for (const { message, fields } of errors) {
      expect(message).toMatch(/^A subscriber of SagaEvents (threw|ended with an error)$/);
      expect(fields['error']).toMatch(/no connection|answered 503/);
      expect(fields['at']).toContain('events.spec');
    }
  });

  it('one that throws still gets every event; its own error handler is its own', async () => {
    const logger = new RecordingLogger('error');
    const seen: string[] = [];
    const errors: unknown[] = [];
    const { app, sagas } = await boot({ providers: ORDERS }, { logger });
    const { events$ } = app.get(SagaEvents);
    events$.subscribe(({ type }) => {
      seen.push(type);
      fail();
    });
    events$.pipe(map(fail)).subscribe({ error: (error) => errors.push(error) });
    await sagas.for(PlaceOrderSaga, tea()).runAsync();
    expect(seen).toHaveLength(5);
    expect(logger.messages('error')).toHaveLength(5);
    expect(errors).toEqual([new Error('no connection to the dashboard')]);
  });

  it('all of it is told of the end of the application, also when one throws then', async () => {
    const logger = new RecordingLogger('error');
    const ends: string[] = [];
    const { app } = await boot({ providers: ORDERS }, { logger });
    const { events$ } = app.get(SagaEvents);
    events$.subscribe({ complete: fail });
    events$.subscribe({ complete: () => ends.push('plain') });
    const relay = new Subject<SagaEvent>();
    relay.subscribe({ complete: () => ends.push('relay') });
    events$.subscribe(relay);
    const legacy = events$.subscribe(undefined, undefined, () => ends.push('three arguments'));
    events$.subscribe().unsubscribe();
    await app.close();
    expect(ends).toEqual(['plain', 'relay', 'three arguments']);
    expect(legacy.closed).toBe(true);
    expect(logger.messages('error')).toEqual(['A subscriber of SagaEvents threw']);
  });
});
