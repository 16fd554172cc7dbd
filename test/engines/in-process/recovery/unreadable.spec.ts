import { jsonCodec, type PayloadCodec } from 'nestjs-saga-orchestrator/core';
import { answers, neverAnswers, type Behaviour } from '../../../support/behaviours.js';
import { rejectionOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, ref } from '../cluster.js';

/** Two orders whose process died; the journal shows `o-1` with a head that somebody has changed. */
async function withHead(head: string) {
  const cluster = new Cluster();
  const plan = cluster.plan([
    cluster.step('Charge', { does: [neverAnswers, neverAnswers, answers()] }),
  ]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  await cluster.begun(anna, plan, { id: 'o-2' });
  anna.crash();
  const load = cluster.journal.load.bind(cluster.journal);
  cluster.journal.load = async (which) => {
    const stored = await load(which);
    if (stored === undefined || which.id !== ref.id) return stored;
    const [first, ...others] = stored.entries;
    return { ...stored, entries: [{ ...(first as NonNullable<typeof first>), head }, ...others] };
  };
  const bert = await cluster.process([plan]);
  await cluster.takeover();
  const repair = () => (cluster.journal.load = load);
  return { cluster, bert, repair };
}

/** An order whose process died, and whose first record is none. */
async function damaged() {
  const cluster = new Cluster();
  const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers] })]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  anna.crash();
  const stored = await cluster.journal.load(ref);
  Object.assign(stored?.entries[0] as object, { head: 'null' });
  return { cluster, plan };
}

describe('a saga that cannot be read', () => {
  it.each([
    ['is no JSON', '{"type":"sta'],
    ['has no type', '{"kind":"paused"}'],
    ['is not even an object', 'null'],
  ])(
    'is parked where an operator sees it, and holds up no other: its record %s',
    async (_, head) => {
      const { cluster, bert } = await withHead(head);
      expect(await cluster.status()).toBe('parked');
      expect(await cluster.status('o-2')).toBe('completed');
      expect(await bert.get()).toMatchObject({
        status: 'parked',
        parkReason: 'unreadable',
        timeline: [{ type: 'parked', reason: 'unreadable' }],
      });
      expect(cluster.logger.messages('error')).toEqual([
        'Saga PlaceOrder cannot be recovered; it is parked',
      ]);
      await bert.engine.forget(ref);
      expect(await bert.get()).toBeUndefined();
    },
  );

  it('is told to the observers, as every other end', async () => {
    const { cluster } = await withHead('null');
    expect(cluster.records).toContainEqual({ type: 'parked', reason: 'unreadable' });
  });

  it('is left to later versions when one of them has written it: never parked, never counted', async () => {
    const { cluster, bert, repair } = await withHead('{"type":"paused"}');
    await cluster.clock.advance(300_000);
    expect(await cluster.journal.get(ref)).toMatchObject({ status: 'running', recoveries: 0 });
    expect(await cluster.status('o-2')).toBe('completed');
    expect(cluster.logger.messages('error')).toEqual([]);
    expect(cluster.logger.messages('warn')).toEqual([
      "Saga PlaceOrder 'o-1' is left alone: A later version has written a record of the type 'paused'",
    ]);
    expect(await rejectionOf(bert.engine.resume(ref))).toMatchObject({ code: 'SAGA_NEWER' });
    repair();
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
  });

  it('is not claimed for ever: once it is parked nobody tries again', async () => {
    const { cluster } = await withHead('null');
    await cluster.clock.advance(100_000);
    expect(await cluster.journal.get(ref)).toMatchObject({ recoveries: 1, epoch: 2 });
  });

  it('goes on once it can be read again', async () => {
    const { cluster, bert, repair } = await withHead('null');
    expect(await rejectionOf(bert.engine.resume(ref))).toMatchObject({
      code: 'SAGA_SERIALIZATION',
    });
    repair();
    await (await bert.engine.resume(ref)).result();
    expect(await cluster.status()).toBe('completed');
  });
});

/** Text of another key is not decoded, as by a codec that encrypts. */
const codecOf = (key: string): PayloadCodec => ({
  encode: (value) => `${key} ${jsonCodec.encode(value)}`,
  decode: (text) => {
    if (!text.startsWith(`${key} `)) throw new Error('unknown key');
    return jsonCodec.decode(text.slice(key.length + 1));
  },
});

describe('a saga that was written with another codec, or under another key (semantics 8)', () => {
  /** What cannot be read is the context, or only the result of a step. */
  const cases = [
    ['context', (key: string) => codecOf(key)],
    [
      'result of Reserve',
      (key: string): PayloadCodec => ({
        encode: (value) => (value === 'r-1' ? codecOf(key) : codecOf('all')).encode(value),
        decode: (text) => codecOf(text.startsWith('all ') ? 'all' : key).decode(text),
      }),
    ],
  ] as const;

  it.each(cases)('is parked, neither driven on nor undone: its %s', async (_, codec) => {
    const cluster = new Cluster();
    const reads: Behaviour = (ctx) => [ctx.context, ctx.getStepResult('Reserve')];
    const plan = cluster.plan([
      cluster.step('Reserve', { does: [answers('r-1')] }),
      cluster.step('Charge', { does: [neverAnswers, reads] }),
    ]);
    const anna = await cluster.process([plan], { codec: codec('old') });
    await cluster.begun(anna, plan);
    anna.crash();
    const bert = await cluster.process([plan], { codec: codec('new') });
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ status: 'parked', parkReason: 'unreadable' });
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    expect(await rejectionOf(bert.engine.resume(ref))).toMatchObject({
      code: 'SAGA_SERIALIZATION',
      message: expect.stringMatching(/^(context|Reserve) cannot be decoded \(unknown key\)/),
    });
    const carl = await cluster.process([plan], { codec: codec('old') });
    await (await carl.engine.resume(ref)).result();
    expect(await cluster.status()).toBe('completed');
  });
});

describe('a journal that fails during a recovery (semantics 8)', () => {
  it.each(['claim', 'load', 'append'] as const)(
    'is no reason to park: a failing %s is tried again',
    async (broken) => {
      const cluster = new Cluster();
      const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers, answers()] })]);
      const anna = await cluster.process([plan]);
      await cluster.begun(anna, plan);
      anna.crash();
      const bert = await cluster.process([plan]);
      let fired = 0;
      bert.fault = (method) => {
        if (method !== broken || fired > 0) return;
        fired += 1;
        throw new Error('connection reset');
      };
      await cluster.takeover();
      await cluster.takeover();
      expect(fired).toBe(1);
      expect(await cluster.status()).toBe('completed');
    },
  );

  it('loses nothing that it claimed: neither when the answer was lost, nor to an operator', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Charge', { does: [neverAnswers, neverAnswers, answers()] }),
    ]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    await cluster.begun(anna, plan, { id: 'o-2' });
    anna.crash();
    await cluster.takeover();
    const bert = await cluster.process([plan]);
    let fired = 0;
    bert.fault = (method) => () => {
      if (method === 'claim' && fired++ === 0) throw new Error('connection reset');
    };
    await cluster.clock.advance(0);
    const { rows } = await cluster.journal.list({});
    expect(rows.map(({ owner }) => owner)).toEqual([bert.owner, bert.owner]);
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
    expect(await cluster.status('o-2')).toBe('completed');
  });

  it('tells who waits for a saga of another process that it goes on', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers] })]);
    await cluster.begun(await cluster.process([plan]), plan);
    const bert = await cluster.process([plan]);
    const again = await bert.start(plan);
    bert.fault = (method) => {
      if (method === 'get') throw new Error('connection reset');
    };
    const error = await rejectionOf(cluster.clock.until(again.result()));
    expect(error).toMatchObject({
      code: 'SAGA_INTERRUPTED',
      cause: { message: 'connection reset' },
    });
  });

  it('is claimed again when it could not even be parked', async () => {
    const { cluster, plan } = await damaged();
    const bert = await cluster.process([plan]);
    let fired = 0;
    bert.fault = (method) => {
      if (method === 'append' && fired++ === 0) throw new Error('disk full');
    };
    await cluster.takeover();
    await cluster.takeover();
    expect(fired).toBe(2);
    // The first take-over does not count: nothing was begun in it.
    expect(await bert.get()).toMatchObject({ parkReason: 'unreadable', recoveries: 1 });
  });

  it('is parked before a process that shuts down closes the journal', async () => {
    const { cluster, plan } = await damaged();
    const append = cluster.journal.append.bind(cluster.journal);
    const written = gate();
    jest.spyOn(cluster.journal, 'append').mockImplementation(async (batch) => {
      await written.does();
      return append(batch);
    });
    const close = jest.spyOn(cluster.journal, 'close');
    const bert = await cluster.process([plan]);
    await cluster.takeover();
    const closed = bert.engine.close();
    await cluster.clock.advance(60_000);
    expect(close).not.toHaveBeenCalled();
    written.open();
    await cluster.clock.until(closed);
    expect(await cluster.journal.get(ref)).toMatchObject({ status: 'parked' });
  });
});
