import {
  defineSaga,
  silentLogger,
  systemClock,
  type AnySagaStep,
  type Journal,
  type SagaDetails,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';

const LEASE = 1_500;
const ref = { name: 'PlaceOrder', id: 'o-1' };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What takes place in the world, in order. */
class Shop {
  readonly log: string[] = [];

  /** `hangs`: the first call of its action never comes back. */
  step(label: string, { hangs = false, declines = false, undo = true } = {}): AnySagaStep<object> {
    let called = false;
    const step = {
      label,
      action: () => {
        this.log.push(label);
        if (hangs && !called) return ((called = true), new Promise(() => undefined));
        if (declines) throw new Error(`${label} declined`);
        return { done: label };
      },
    };
    return undo ? { ...step, compensate: () => void this.log.push(`undo ${label}`) } : step;
  }
}

/** A journal whose process can be cut off from it for good, as by a crash. */
function mortal(journal: Journal): { readonly link: Journal; crash(): void } {
  let crashed = false;
  const link = new Proxy(journal, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) =>
        crashed ? new Promise(() => undefined) : (value.apply(target, args) as unknown);
    },
  });
  return { link, crash: () => (crashed = true) };
}

type Steps = readonly AnySagaStep<object>[];

/** Two processes over one store, one after the other, which end together. */
class World {
  readonly #ending: (() => Promise<unknown>)[] = [];

  constructor(private readonly open: () => Journal) {}

  async end(): Promise<void> {
    for (const end of this.#ending.splice(0)) await end();
  }

  #engine(journal: Journal, skewMs: number): InProcessEngine {
    const clock = { ...systemClock, now: () => systemClock.now() + skewMs };
    return new InProcessEngine({
      journal,
      logger: silentLogger,
      leaseMs: LEASE,
      worker: { pollMs: 50 },
      environment: { clock, ids: () => 'an id', random: Math.random },
    });
  }

  async start(plan: ReturnType<typeof defineSaga>, skewMs = 0): Promise<() => void> {
    const journal = this.open();
    const { link, crash } = mortal(journal);
    this.#ending.push(() => journal.close());
    const anna = this.#engine(link, skewMs);
    anna.register(plan);
    await anna.recover();
    const handle = await anna.start(plan, {}, { id: ref.id });
    handle.result().catch(() => undefined);
    return crash;
  }

  async recoverer(plan: ReturnType<typeof defineSaga>, skewMs = 0): Promise<InProcessEngine> {
    const bert = this.#engine(this.open(), skewMs);
    this.#ending.push(() => bert.close());
    bert.register(plan);
    await bert.recover();
    return bert;
  }

  /** Create and Reserve are done and Charge is in flight when the process goes; then the new plan. */
  async deployed(change: (shop: Shop, steps: Steps) => Steps) {
    const shop = new Shop();
    const steps = [
      shop.step('Create'),
      shop.step('Reserve'),
      shop.step('Charge', { hangs: true }),
      shop.step('Ship'),
    ];
    const crash = await this.start(defineSaga(ref.name, steps));
    while (!shop.log.includes('Charge')) await pause(5);
    crash();
    const before = shop.log.length;
    const bert = await this.recoverer(defineSaga(ref.name, change(shop, steps)));
    const parked = await restFor(bert);
    const cancelled = async () => {
      await bert.cancel(ref, 'rolled back');
      return restFor(bert);
    };
    return { parked, cancelled, log: () => shop.log.slice(before) };
  }
}

async function restFor(bert: InProcessEngine): Promise<SagaDetails> {
  const limit = Date.now() + 20_000;
  for (;;) {
    const details = await bert.get(ref);
    if (details !== undefined && !['running', 'compensating'].includes(details.status)) {
      return details;
    }
    if (Date.now() > limit) throw new Error(`It is still ${details?.status}`);
    await pause(20);
  }
}

/** The same on every journal. All at once, each over a store of its own: each waits for a lease to end. */
export function describeDeploys(newStore: () => () => Journal): void {
  const within = async (act: (world: World) => Promise<void>): Promise<void> => {
    const world = new World(newStore());
    try {
      await act(world);
    } finally {
      await world.end();
    }
  };

  it.concurrent.each([
    [-60_000, 60_000],
    [60_000, -60_000],
  ])(
    'clocks that are %d and %d ms wrong neither take over who lives nor spare who went',
    (annas, berts) =>
      within(async (world) => {
        const shop = new Shop();
        const charge = shop.step('Charge', { hangs: true });
        const plan = defineSaga(ref.name, [shop.step('Create'), charge, shop.step('Ship')]);
        const crash = await world.start(plan, annas);
        const bert = await world.recoverer(plan, berts);
        await pause(2 * LEASE);
        expect(shop.log).toEqual(['Create', 'Charge']);
        expect(await bert.get(ref)).toMatchObject({ status: 'running', recoveries: 0 });
        crash();
        const crashedAt = performance.now();
        expect(await restFor(bert)).toMatchObject({ status: 'completed' });
        expect(performance.now() - crashedAt).toBeLessThan(15_000);
        expect(shop.log).toEqual(['Create', 'Charge', 'Charge', 'Ship']);
      }),
  );

  it.concurrent.each<[string, (shop: Shop, steps: Steps) => Steps]>([
    ['a first step is inserted', (shop, steps) => [shop.step('CheckFraud'), ...steps]],
    ['steps are reordered', (_, [one, two, ...rest]) => [two, one, ...rest] as Steps],
  ])('%s between crash and recovery: a cancel undoes every step', (_, change) =>
    within(async (world) => {
      const { parked, cancelled, log } = await world.deployed(change);
      expect(parked).toMatchObject({ status: 'parked', parkReason: 'definition-mismatch' });
      expect(await cancelled()).toMatchObject({ status: 'compensated' });
      expect(log()).toEqual(['undo Charge', 'undo Reserve', 'undo Create']);
    }),
  );

  it.concurrent.each<[string, (shop: Shop, steps: Steps) => Steps]>([
    ['removed', (_, [one, , ...rest]) => [one, ...rest] as Steps],
    ['renamed', (shop, [one, , ...rest]) => [one, shop.step('Hold'), ...rest] as Steps],
  ])('a step is %s: a cancel undoes the others, and names it', (_, change) =>
    within(async (world) => {
      const { parked, cancelled, log } = await world.deployed(change);
      expect(parked).toMatchObject({ status: 'parked', parkReason: 'definition-mismatch' });
      const details = await cancelled();
      expect(details).toMatchObject({ status: 'parked', parkReason: 'definition-mismatch' });
      expect(details.timeline.at(-1)).toMatchObject({ type: 'parked', label: 'Reserve' });
      expect(log()).toEqual(['undo Charge', 'undo Create']);
    }),
  );

  it.concurrent(
    'an undo is removed: a saga that starts compensating undoes the others, and names it',
    () =>
      within(async (world) => {
        const { parked, log } = await world.deployed((shop, [create, , charge]) => [
          create as Steps[number],
          shop.step('Reserve', { undo: false }),
          charge as Steps[number],
          shop.step('Ship', { declines: true }),
        ]);
        expect(parked).toMatchObject({ status: 'parked', parkReason: 'definition-mismatch' });
        expect(parked.timeline.at(-1)).toMatchObject({ type: 'parked', label: 'Reserve' });
        expect(log()).toEqual(['Charge', 'Ship', 'undo Charge', 'undo Create']);
      }),
  );
}
