import { aesGcmCodec, memoryJournal } from 'nestjs-saga-orchestrator';
import { Agency, SignedInGuard } from './app.js';
import { CARD, IBAN } from './trips.js';

async function busy(dashboard: object = {}): Promise<Agency> {
  const agency = await Agency.open({ dashboard: { guards: [SignedInGuard], ...dashboard } });
  await agency.book('abc');
  await agency.book('abcd', { ChargeCard: 'no' });
  await agency.book('stuck', { NotifyPartner: 'busy' });
  await agency.begin('slow', { ReserveCar: 'slow' });
  return agency;
}

it.each(['1h', '24h', '7d'])('counts what happened in %s', async (range) => {
  const { counted } = await (await busy()).read(`/api/overview?range=${range}`);
  expect(counted).toMatchObject({ parked: 1, running: 1, compensating: 0 });
  const [trips] = counted.names;
  expect(trips).toMatchObject({
    name: 'BookTrip',
    completed: 1,
    compensated: 1,
    parked: 1,
    active: 1,
  });
  expect(trips.p50).toBeLessThanOrEqual(trips.p99);
  const last = counted.buckets.at(-1);
  expect(last).toEqual({ completed: 1, compensated: 1, parked: 1, active: 1 });
  expect(counted.from + counted.bucketMs * counted.buckets.length).toBeGreaterThan(
    Date.now() - 1_000,
  );
});

it('refuses a range that it does not know', async () => {
  expect((await (await Agency.open()).ask('/api/overview?range=toString')).status).toBe(400);
});

it('counts nothing for who sees some sagas of a name alone', async () => {
  const agency = await busy({ scope: () => ({ tags: { tenant: 'hooli' } }) });
  const { counted, instances } = await agency.read('/api/overview');
  expect([counted, instances.orphans]).toEqual([undefined, []]);
  expect((await agency.read('/api/badge')).parked).toBe(0);
});

it('finds ids and keys by how they begin', async () => {
  const agency = await busy();
  const ids = async (text: string) =>
    (await agency.read(`/api/sagas?q=${text}`)).sagas.map(({ id }: { id: string }) => id);
  expect(await ids('ab')).toEqual(['abc', 'abcd']);
  expect(await ids('booking-st')).toEqual(['stuck']);
});

it('shows payloads decoded, and without secrets', async () => {
  const agency = await busy();
  const text = await (await agency.ask('/api/payload?name=BookTrip&id=abc')).text();
  expect(text).not.toContain(CARD);
  expect(text).not.toContain(IBAN);
  const payload = JSON.parse(text);
  expect(payload.input).toMatchObject({ traveller: 'Eve Moss', cardNumber: { $: 'masked' } });
  const labels = payload.results.map(({ label }: { label: string }) => label);
  expect(labels).toEqual([
    'ReserveFlight',
    'ReserveHotel',
    'ReserveCar',
    'ChargeCard',
    'IssueTicket',
    'NotifyPartner',
  ]);
  expect(payload.results[3].value).toMatchObject({ amountCents: 128_400, card: { $: 'masked' } });
});

it('shows all of them where that is asked for, and none where they are off or not allowed', async () => {
  const path = '/api/payload?name=BookTrip&id=abc';
  expect(await (await (await busy({ payloads: 'full' })).ask(path)).text()).toContain(CARD);
  expect((await (await busy({ payloads: 'off' })).ask(path)).status).toBe(403);
  const can = (_: unknown, act: string) => act !== 'payload';
  expect((await (await busy({ can })).ask(path)).status).toBe(403);
});

it('says of payloads that another codec wrote that they cannot be read', async () => {
  const codec = {
    encode: (value: unknown) => JSON.stringify(value ?? null),
    decode: () => {
      throw new Error('a key of the codec: hunter2');
    },
  };
  const agency = await Agency.open({ sagas: { codec } });
  await agency.begin('a');
  const text = await (await agency.ask('/api/payload?name=BookTrip&id=a')).text();
  expect(JSON.parse(text).problem).toContain('cannot be read');
  expect(text).not.toContain('hunter2');
});

it('shows what aesGcmCodec has encrypted, and says of what it has no key for that it cannot be read', async () => {
  const keys = new Map([['a', new Uint8Array(32).fill(7)]]);
  const codec = aesGcmCodec({
    keys: (id) => keys.get(id),
    current: 'a',
  });
  const agency = await Agency.open({ sagas: { codec } });
  await agency.book('a', { ChargeCard: 'no' });
  const { input, results } = await agency.read('/api/payload?name=BookTrip&id=a');
  expect(input).toMatchObject({ traveller: 'Eve Moss' });
  expect(results.length).toBeGreaterThan(0);
  const [{ failed }] = (await agency.read('/api/sagas')).sagas;
  expect(failed.message).toContain('Card declined');

  keys.clear();
  const { problem } = await agency.read('/api/payload?name=BookTrip&id=a');
  expect(problem).toContain('lacks its key');
  const [row] = (await agency.read('/api/sagas')).sagas;
  expect(row.failed.message).toBe('(encoded)');
});

it('tells of its process', async () => {
  const { instances, partial } = await (await busy()).read('/api/instances');
  expect(partial).toBe(false);
  expect(instances).toEqual([
    expect.objectContaining({ isAlive: true, here: true, sagas: 1, pid: process.pid }),
  ]);
  expect(instances[0].knows).toEqual(['BookTrip v3', 'OnboardTenant v1']);
});

it('gives each result to its own step, where an earlier record cannot be read', async () => {
  const journal = memoryJournal();
  const agency = await Agency.open({ sagas: { journal } });
  const entries = [
    { type: 'promised' },
    { type: 'done', label: 'ReserveCar', attempt: 1 },
    { type: 'done', label: 'ChargeCard', attempt: 1 },
  ].map((record, at) => {
    const head = JSON.stringify(record);
    const result = at === 0 ? null : JSON.stringify(record.label);
    return { seq: at + 1, at: 0, epoch: 1, head, result, context: null };
  });
  const of = { version: 1, fingerprint: 'f', key: null, tags: {}, deadline: null, input: '{}' };
  await journal.create({
    ...{ ...of, name: 'BookTrip', id: 'a', owner: 'o', status: 'parked', entries },
  });
  const { results } = await agency.read('/api/payload?name=BookTrip&id=a');
  expect(results).toEqual([
    { label: 'ReserveCar', value: 'ReserveCar' },
    { label: 'ChargeCard', value: 'ChargeCard' },
  ]);
});
