import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { SagaCount, SagaEngine, UnfinishedSagas } from '../../core/index.js';
import { NAME, PARK_REASON } from './attributes.js';
import type { Guard } from './guard.js';

/** The journal is asked at most so often, in ms, however many readers collect. */
const KEPT_MS = 10_000;

interface Seen {
  readonly parked: readonly SagaCount[];
  readonly unfinished: readonly UnfinishedSagas[];
  readonly now: number;
}

/**
 * What the whole journal holds, and every process tells alike: a dashboard takes their `max`. Only where the
 * engine has an insight into its journal.
 */
export class SagaGauges {
  readonly #parked: Observable;
  readonly #backlog: Observable;
  readonly #age: Observable;
  readonly #seen = new WeakMap<SagaEngine, { at: number; answer: Promise<Seen | undefined> }>();

  constructor(
    private readonly meter: Meter,
    private readonly guard: Guard,
  ) {
    const gauge = (name: string, unit: string, description: string): Observable =>
      meter.createObservableGauge(name, { unit, description });
    this.#parked = gauge('saga.parked', '{saga}', 'Sagas that wait for an operator');
    this.#backlog = gauge('saga.backlog', '{saga}', 'Unfinished sagas that nobody works on');
    this.#age = gauge('saga.backlog.age', 's', 'How old the oldest of those is');
  }

  /** @returns what ends it. */
  watch(engine: SagaEngine): () => void {
    const all = [this.#parked, this.#backlog, this.#age];
    const observe = async (result: BatchObservableResult): Promise<void> => {
      const seen = await this.#look(engine);
      if (seen !== undefined) this.guard.call(() => this.#tell(result, seen));
    };
    this.meter.addBatchObservableCallback(observe, all);
    return () => this.meter.removeBatchObservableCallback(observe, all);
  }

  /** A journal that does not answer has no numbers, and is asked again after as long as one that does. */
  #look(engine: SagaEngine): Promise<Seen | undefined> {
    const { insight } = engine;
    if (insight === undefined || engine.health().draining) return Promise.resolve(undefined);
    const at = performance.now();
    const last = this.#seen.get(engine);
    if (last !== undefined && at - last.at < KEPT_MS) return last.answer;
    const parked = insight.counts({ status: 'parked' });
    const answer = Promise.all([parked, insight.unfinished(), insight.now()]).then(
      ([counts, unfinished, now]) => ({ parked: counts, unfinished, now: now.getTime() }),
      () => undefined,
    );
    this.#seen.set(engine, { at, answer });
    return answer;
  }

  #tell(result: BatchObservableResult, { parked, unfinished, now }: Seen): void {
    for (const { name, parkReason, sagas } of parked) {
      const reason = parkReason === null ? {} : { [PARK_REASON]: parkReason };
      result.observe(this.#parked, sagas, { [NAME]: name, ...reason });
    }
    const byName = new Map<string, { unowned: number; oldest: number }>();
    for (const { name, unowned, oldestUnowned } of unfinished) {
      const before = byName.get(name) ?? { unowned: 0, oldest: now };
      const oldest = Math.min(before.oldest, oldestUnowned?.getTime() ?? now);
      byName.set(name, { unowned: before.unowned + unowned, oldest });
    }
    for (const [name, { unowned, oldest }] of byName) {
      result.observe(this.#backlog, unowned, { [NAME]: name });
      result.observe(this.#age, (now - oldest) / 1_000, { [NAME]: name });
    }
  }
}
