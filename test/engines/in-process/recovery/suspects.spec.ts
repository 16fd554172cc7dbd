import type { SagaDefinition } from 'nestjs-saga-orchestrator/core';
import { settle } from '../../../support/manual-clock.js';
import { Cluster, LEASE, ref, type Process } from '../cluster.js';

const POISON = 'poison';

/** Orders, one of which takes down every process that works on it; the healthy ones `take` so long. */
class Poisoned extends Cluster {
  at!: Process;
  deaths = 0;
  /** What works right now, in the living process. */
  readonly #atWork = new Set<string>();
  /** What was at work when a process died, death by death. */
  readonly diedWith: string[][] = [];
  readonly tried: string[] = [];
  readonly order: SagaDefinition;

  constructor(
    readonly takes: number,
    shipTakes = 0,
  ) {
    super();
    const charge = (ctx: { readonly sagaId: string }) => this.#work(ctx.sagaId);
    const ship = () => new Promise<void>((resolve) => this.at.clock.schedule(shipTakes, resolve));
    this.order = this.plan([
      { ...this.step('Charge'), action: charge },
      { ...this.step('Ship'), action: ship },
    ]);
  }

  async join(worker: object = {}): Promise<Process> {
    this.#atWork.clear();
    return (this.at = await this.process([this.order], { worker }));
  }

  /** Starts all of them in one process; then replaces each process that dies, until all rest. */
  async untilAllRest(ids: readonly string[], worker: object = {}): Promise<Record<string, string>> {
    const anna = await this.join({ ...worker });
    for (const id of ids) {
      if (!anna.isDead) await this.begun(anna, this.order, { id });
      else void anna.start(this.order, { id });
    }
    for (let round = 0; round < 400; round += 1) {
      if (this.at.isDead) await this.join(worker);
      await this.clock.advance(LEASE / 3);
      const { rows } = await this.journal.list({ limit: 1_000 });
      if (rows.every(({ status }) => status !== 'running')) {
        return Object.fromEntries(rows.map(({ id, status }) => [id, status]));
      }
    }
    throw new Error(`not all rest after ${this.deaths} deaths`);
  }

  async #work(id: string): Promise<void> {
    const process = this.at;
    this.tried.push(id);
    this.#atWork.add(id);
    // All that are taken up in the same round have begun when it strikes.
    await new Promise<void>((resolve) =>
      process.clock.schedule(id === POISON ? 10 : this.takes, resolve),
    );
    if (id === POISON) {
      this.deaths += 1;
      this.diedWith.push([...this.#atWork].filter((other) => other !== POISON));
      process.crash();
      await new Promise(() => undefined);
    }
    this.#atWork.delete(id);
  }
}

const healthy = (count: number): string[] => Array.from({ length: count }, (_, n) => `o-${n}`);

/** The poison among them, the third of all. */
function amid(ids: readonly string[], at: number): string[] {
  return [...ids.slice(0, at), POISON, ...ids.slice(at)];
}

describe('a saga that was taken over twice without progress is a suspect (semantics 26)', () => {
  it.each([
    ['shorter than a lease', 1_000, 0],
    ['shorter than a lease', 1_000, 3],
    ['shorter than a lease', 1_000, 6],
    ['of several leases', 4 * LEASE, 0],
    ['of several leases', 4 * LEASE, 3],
    ['of several leases', 4 * LEASE, 6],
  ])('no healthy one is parked with it: steps %s (%d ms), after %d of 6', async (_, takes, at) => {
    const cluster = new Poisoned(takes);
    const ends = await cluster.untilAllRest(amid(healthy(6), at));
    const completed = healthy(6).map((id) => [id, 'completed']);
    expect(ends).toEqual({ [POISON]: 'parked', ...Object.fromEntries(completed) });
    expect(cluster.deaths).toBe(6);
    const deathsOf = (id: string) =>
      cluster.diedWith.filter((others) => others.includes(id)).length;
    // Three times before any is a suspect. One that takes long may be there again, but never as often as
    // the poison, and so never too often.
    const most = takes < LEASE ? 3 : 5;
    expect(healthy(6).filter((id) => deathsOf(id) > most)).toEqual([]);
    if (takes < LEASE) expect(cluster.diedWith.slice(3)).toEqual([[], [], []]);
  });

  it.each([1, 2, 3, 10])(
    'with a limit of %d take-overs the others outlive it, too',
    async (limit) => {
      const cluster = new Poisoned(1_000);
      const ends = await cluster.untilAllRest(amid(healthy(6), 3), { maxRecoveries: limit });
      expect(ends[POISON]).toBe('parked');
      expect(cluster.deaths).toBe(limit + 1);
      const others = healthy(6).map((id) => ends[id]);
      if (limit > 1) expect(others).toEqual(healthy(6).map(() => 'completed'));
    },
  );

  it('is resumed alone: nothing else is taken up before it has made progress', async () => {
    const cluster = new Poisoned(1_000);
    await left(cluster, ['suspect'], 2);
    await left(cluster, ['o-1', 'o-2'], 0);
    cluster.tried.splice(0);
    await cluster.join({ pollMs: 100 });
    await cluster.clock.advance(LEASE);
    // Those that are healthy come first; it begins when both have made progress.
    expect(cluster.tried).toEqual(['o-1', 'o-2', 'suspect']);
    await left(cluster, ['o-3'], 0);
  });

  it('holds up the others for a lease at the most', async () => {
    const cluster = new Poisoned(100 * LEASE);
    await left(cluster, ['suspect-1', 'suspect-2'], 2);
    cluster.tried.splice(0);
    await cluster.join({ pollMs: 100 });
    await cluster.clock.advance(LEASE - 1_000);
    expect(cluster.tried).toEqual(['suspect-1']);
    await left(cluster, ['o-1'], 0);
    cluster.tried.splice(1);
    await cluster.clock.advance(2_000);
    expect(cluster.tried).toEqual(['suspect-1', 'o-1']);
    await cluster.clock.advance(2 * LEASE);
    expect(cluster.tried).toEqual(['suspect-1', 'o-1', 'suspect-2']);
  });

  it('comes though others never cease to come', async () => {
    const cluster = new Poisoned(1_000);
    await left(cluster, ['suspect'], 2);
    await left(cluster, healthy(200), 0);
    cluster.tried.splice(0);
    // There is always another one without progress.
    await cluster.join({ pollMs: 100, concurrency: 4 });
    await cluster.clock.advance(3 * LEASE);
    expect(cluster.tried).toContain('suspect');
    expect(cluster.tried.indexOf('suspect')).toBeLessThan(190);
  });

  it('makes room for the next one with its first progress, however long it goes on', async () => {
    const cluster = new Poisoned(1_000, 10 * LEASE);
    await left(cluster, healthy(5), 2);
    cluster.tried.splice(0);
    await cluster.join({ pollMs: LEASE });
    await cluster.clock.advance(5_500);
    expect(cluster.tried).toEqual(healthy(5));
  });

  it('holds up nobody while it is in a back-off', async () => {
    const cluster = new Poisoned(1_000);
    const process = await cluster.join();
    const retry = { retries: 1, delay: 100 * LEASE, maxDelay: 100 * LEASE };
    const refused = cluster.plan(
      [{ ...cluster.step('Ask', { retry }), action: () => Promise.reject(new Error('closed')) }],
      { name: 'Refused' },
    );
    process.engine.register(refused);
    await cluster.begun(process, refused, { id: 'r-1' });
    process.crash();
    await fall(cluster, { name: 'Refused', id: 'r-1' }, 2, process.owner);
    const bert = await cluster.process([cluster.order, refused], { worker: { pollMs: 100 } });
    cluster.at = bert;
    await cluster.clock.advance(500);
    expect(await cluster.journal.get({ name: 'Refused', id: 'r-1' })).toMatchObject({
      owner: bert.owner,
      recoveries: 3,
    });
    await left(cluster, ['o-1'], 0);
    cluster.tried.splice(0);
    await cluster.clock.advance(500);
    expect(cluster.tried).toEqual(['o-1']);
  });

  it.each([
    ['is not taken up by who waits for it while others would die with it', 1, false],
    ['is taken up by who waits for it where nothing else is at work', 0, true],
  ])('%s', async (_, others, isTaken) => {
    const cluster = new Poisoned(LEASE / 2);
    await left(cluster, healthy(others), 0);
    const bert = await cluster.join({ pollMs: 10 * LEASE });
    await cluster.clock.advance(1_000);
    await left(cluster, ['suspect'], 2);
    cluster.tried.splice(0);
    const handle = await bert.start(cluster.order, { id: 'suspect' });
    handle.result().catch(() => undefined);
    await cluster.clock.advance(1_000);
    expect(cluster.tried.includes('suspect')).toBe(isTaken);
    await cluster.clock.advance(20 * LEASE);
    expect(await cluster.status('suspect')).toBe('completed');
  });
});

/** Orders of a process that is gone, each taken over so often by one that went, too. */
async function left(cluster: Poisoned, ids: readonly string[], takeOvers: number): Promise<void> {
  const living = cluster.at;
  const gone = await cluster.process([cluster.order], { worker: false });
  cluster.at = gone;
  for (const id of ids) await cluster.begun(gone, cluster.order, { id });
  cluster.at = living;
  gone.crash();
  for (const id of ids) await fall(cluster, { ...ref, id }, takeOvers, gone.owner);
}

/** Taken over so often by processes that died. */
async function fall(cluster: Cluster, { name, id }: typeof ref, times: number, owner: string) {
  await cluster.journal.leave(owner);
  for (let time = 1; time <= times; time += 1) {
    await cluster.journal.claim({ owner: `gone-${time}`, names: [name], limit: 1, id });
  }
  await settle();
}
