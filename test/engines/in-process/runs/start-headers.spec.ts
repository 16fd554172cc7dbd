import type { InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import { answers, neverAnswers } from '../../../support/behaviours.js';
import { Shop } from '../../../support/shop.js';
import { Cluster, ref, TAKEN_OVER } from '../cluster.js';

const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };

interface Origin {
  readonly headers: unknown;
  readonly createdAt: number;
}

/** Notes what observers and interceptors are told of where a saga comes from. */
function watch() {
  const seen: Origin[] = [];
  const note = ({ headers, createdAt }: Origin): void => void seen.push({ headers, createdAt });
  const settings = {
    observers: [{ onRecord: note }],
    interceptors: [
      {
        around({ run }: { readonly run: Origin }, next: () => unknown): unknown {
          note(run);
          return next();
        },
      },
    ],
  };
  return { seen, settings };
}

describe('what a saga was started with', () => {
  it('is shown to who watches it in another process, with its real age', async () => {
    const cluster = new Cluster();
    const started = cluster.clock.now();
    const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers, answers(1)] })]);
    const here = watch();
    const anna = await cluster.process([plan], here.settings);
    await cluster.begun(anna, plan, { headers });
    anna.crash();
    const there = watch();
    await cluster.process([plan], there.settings);
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
    expect(cluster.clock.now()).toBeGreaterThan(started + TAKEN_OVER - 1);
    const told = { headers, createdAt: started };
    expect(new Set([...here.seen, ...there.seen].map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify(told)]),
    );
    expect(there.seen.length).toBeGreaterThan(3);
  });

  it('is shown of a record that is told without its others, of a saga that nobody can read', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers] })]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan, { headers });
    anna.crash();
    const stored = await cluster.journal.load(ref);
    jest.spyOn(cluster.journal, 'load').mockImplementation(async () => {
      return { ...stored!, row: (await cluster.journal.get(ref))!, damage: 'it is' };
    });
    const { seen, settings } = watch();
    await cluster.process([plan], settings);
    await cluster.clock.advance(4 * TAKEN_OVER);
    expect(await cluster.status()).toBe('parked');
    expect(seen).toEqual([{ headers, createdAt: stored?.row.createdAt }]);
  });

  it('is in no log, no event and no list', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge')]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan, { headers });
    const shown = [await anna.get(), await anna.engine.list({}), cluster.records];
    expect(JSON.stringify(shown) + cluster.logger.text).not.toContain('traceparent');
  });

  it('is for nobody to change', async () => {
    const cluster = new Cluster();
    const given: Record<string, string> = { ...headers };
    const plan = cluster.plan([
      cluster.step('Charge', { does: [() => delete given['traceparent']] }),
    ]);
    const { seen, settings } = watch();
    const anna = await cluster.process([plan], settings);
    await cluster.begun(anna, plan, { headers: given });
    expect(seen.at(-1)?.headers).toEqual(headers);
    expect(seen.every((one) => Object.isFrozen(one.headers))).toBe(true);
  });

  it('of a bare chain is shown as well', async () => {
    const shop = new Shop();
    const { seen, settings } = watch();
    const started = shop.clock.now();
    const { observers, interceptors } = settings;
    const saga = shop.saga({
      ...{ headers, observers, environment: { ...shop.environment, interceptors } },
    });
    const charge = { does: [() => new Promise((done) => shop.clock.schedule(50, () => done(1)))] };
    await shop.run(saga.step(shop.step('Charge', charge)));
    expect(shop.clock.now()).toBeGreaterThan(started);
    const told = { headers, createdAt: started };
    expect(seen.slice(0, 1).concat(seen.slice(-1))).toEqual([told, told]);
  });
});

describe('startHeaders', () => {
  async function startedWith(startHeaders: unknown, own = {}) {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge')]);
    const anna = await cluster.process([plan], { startHeaders } as Partial<InProcessEngineOptions>);
    await cluster.begun(anna, plan, { headers: own });
    expect(await cluster.status()).toBe('completed');
    return { cluster, stored: (await cluster.journal.get(ref))?.headers };
  }

  it('knows whose start it is, and the start has the last word', async () => {
    const provider = jest.fn(() => ({ tenant: 'south', ...headers }));
    const { stored } = await startedWith(provider, { tenant: 'north' });
    expect(stored).toEqual({ tenant: 'north', ...headers });
    expect(provider.mock.calls).toEqual([[{ sagaName: ref.name, sagaId: ref.id }]]);
  });

  it('may answer nothing', async () => {
    const { cluster, stored } = await startedWith(() => undefined, { tenant: 'north' });
    expect(stored).toEqual({ tenant: 'north' });
    expect(cluster.logger.messages('error')).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no propagator');
      },
      'no propagator',
    ],
    ['answers a promise', async () => headers, 'it must answer headers at once'],
    ['answers a promise that rejects', () => Promise.reject(new Error('no')), 'at once'],
    ['answers no headers', () => 'traceparent', 'headers must be an object'],
    [
      'answers what is no text',
      () => ({ traceparent: 7 }),
      "header 'traceparent' must be a string",
    ],
    ['answers too much with those of the start', () => ({ big: 'x'.repeat(4_090) }), '4096 bytes'],
  ])('that %s is told in the log, and the saga starts without', async (_, provider, why) => {
    const { cluster, stored } = await startedWith(provider, { tenant: 'north' });
    expect(stored).toEqual({ tenant: 'north' });
    const [line] = cluster.logger.lines.filter(({ level }) => level === 'error');
    expect(line?.message).toContain('startHeaders failed');
    expect(line?.fields).toMatchObject({ saga: ref.name, sagaId: ref.id });
    expect(line?.fields['error']).toContain(why);
  });
});
