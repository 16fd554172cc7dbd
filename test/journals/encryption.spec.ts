import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { memoryJournal } from 'nestjs-saga-orchestrator';
import {
  aesGcmCodec,
  defineSaga,
  jsonCodec,
  ResultFactory,
  silentLogger,
  type ISagaContext,
  type Journal,
  type PayloadCodec,
  type SagaRecord,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { Call } from '../../lib/cli/call.js';
import { Reencoder } from '../../lib/core/journal/index.js';
import { saga } from '../cli/terminal.js';
import { bundle, WORKER_THREAD } from './sqlite/child-program.js';
import { postgresStore } from './postgres-store.js';
import { removeTempFolders, tempFolder } from './temp-folder.js';

let mockWorker: URL;
// No thread can run the TypeScript that Jest runs.
jest.mock('../../lib/journals/sqlite/worker-file.js', () => ({
  ...jest.requireActual('../../lib/journals/sqlite/worker-file.js'),
  workerFile: () => mockWorker,
  hasWorkerFile: () => true,
}));

const SECRET = 'sk-live-4711-of-ann';
const WHY = { by: 'ann', reason: 'looked into it' };
const OLD = randomBytes(32);
const NEW = randomBytes(32);
const oldKey = aesGcmCodec({ keys: { old: OLD }, current: 'old' });
const bothKeys = aesGcmCodec({ keys: { old: OLD, new: NEW }, current: 'new' });
const newKey = aesGcmCodec({ keys: { new: NEW }, current: 'new' });

const fail = (error: unknown): never => {
  throw error;
};
const failing = (): never => fail(new Error(`of ${SECRET}`, { cause: new Error(SECRET) }));

/** A store, what it has kept as it stands there, and how somebody with access to it copies an input. */
interface Place {
  readonly journal: () => Journal;
  readonly raw: () => Promise<string>;
  /** For the program. */
  readonly address?: string;
  readonly copyInput?: (from: string, to: string) => Promise<unknown>;
}

const pg = postgresStore();
beforeAll(() => (mockWorker = pathToFileURL(bundle(WORKER_THREAD, tempFolder()))));
afterAll(removeTempFolders);

function inMemory(): Place {
  const journal = memoryJournal();
  /** All that it tells. */
  async function raw(): Promise<string> {
    await journal.open();
    const { rows } = await journal.list({ application: 'shop', limit: 100 });
    const sagas = await Promise.all(rows.map((row) => journal.load(row)));
    const acts = await journal.operators.requests({ application: 'shop' });
    await journal.close();
    return JSON.stringify([sagas, acts]);
  }
  return { journal: () => journal, raw };
}

function inFile(thread: 'main' | 'worker'): Place {
  const folder = tempFolder();
  const file = join(folder, 'sagas.db');
  const read = (name: string): string => readFileSync(join(folder, name), 'latin1');
  return {
    address: `sqlite:${file}`,
    journal: () => sqliteJournal({ file, thread }),
    raw: () => Promise.resolve(readdirSync(folder).map(read).join()),
    copyInput(from, to) {
      const database = new Libsql(file);
      const sql = 'UPDATE sagas SET input = (SELECT input FROM sagas WHERE id = ?) WHERE id = ?';
      database.prepare(sql).run(from, to);
      database.close();
      return Promise.resolve();
    },
  };
}

function inPostgres(): Place {
  const schema = pg.schema();
  return {
    address: `${pg.server.url}?schema=${schema}`,
    journal: () => postgresJournal({ connectionString: pg.server.url, schema }),
    async raw() {
      const tables = await pg.query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [
        schema,
      ]);
      const rows = tables.map(({ tablename }) =>
        pg.query(`SELECT t::text FROM "${schema}"."${tablename}" t`),
      );
      return JSON.stringify(await Promise.all(rows));
    },
    copyInput: (from, to) =>
      pg.query(
        `UPDATE "${schema}".sagas SET input = (SELECT input FROM "${schema}".sagas WHERE id = $1) WHERE id = $2`,
        [from, to],
      ),
  };
}

interface Order {
  card: string;
  note?: string;
}

/** By name: what the second of two steps does, whose saga holds secrets wherever it can. */
const STEPS: Readonly<Record<string, (ctx: ISagaContext<Order>) => unknown>> = {
  ends: () => ({ receipt: SECRET }),
  fails: failing,
  declines: () => ResultFactory.error('DECLINED', `declined for ${SECRET}`),
  'brings what cannot be stored': () => ({
    get receipt(): string {
      return fail(new Error(SECRET));
    },
  }),
  'hangs once': ({ signal, attempt, idempotencyKey }) => {
    const isFirst = !hung.has(idempotencyKey);
    hung.add(idempotencyKey);
    if (!isFirst || attempt > 1) return SECRET;
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    });
  },
};
const hung = new Set<string>();

const waits = defineSaga<Order>('waits', [
  { label: 'Charge', action: STEPS['hangs once']!, compensate: () => 1, idempotent: true },
]);
const plans = Object.entries(STEPS).map(([name, action]) =>
  defineSaga<Order>(name, [
    {
      label: 'Reserve',
      action: (ctx: ISagaContext<Order>) => {
        ctx.context.note = `noted ${SECRET}`;
        return `of ${SECRET}`;
      },
      compensate: ({ sagaId }: { readonly sagaId: string }) => (sagaId === 'stuck' ? failing() : 1),
      compensationRetry: 0,
    },
    { label: 'Charge', action, compensate: () => 1, idempotent: true },
  ]),
);

/** A process with that codec. */
async function processOn({ journal }: Place, codec: PayloadCodec) {
  const records: SagaRecord[] = [];
  let told: () => void = () => undefined;
  const observer = {
    onRecord(_: unknown, record: SagaRecord) {
      records.push(record);
      told();
    },
  };
  const engine = new InProcessEngine({
    ...{ journal: journal(), logger: silentLogger, codec, drainMs: 0, observers: [observer] },
    application: 'shop',
  });
  for (const plan of [...plans, waits]) engine.register(plan);
  await engine.open();
  const start = async (name: string, id = name) => {
    const options = { id, key: 'order 7', tags: { city: 'Bonn' } };
    const handle = await engine.start(engine.definition(name), { card: SECRET }, options);
    return handle.result().catch((error: unknown) => error);
  };
  const recorded = async (type: string): Promise<void> => {
    while (!records.some((record) => record.type === type)) {
      await new Promise<void>((resolve) => (told = resolve));
    }
  };
  return { engine, start, recorded };
}

/** A saga whose process stops in the middle of its second step. */
async function interrupted(
  place: Place,
  codec: PayloadCodec,
  ...which: [name?: string, id?: string]
) {
  const [name = 'hangs once', id = name] = which;
  hung.clear();
  const { engine, start } = await processOn(place, codec);
  const ended = start(name, id);
  while (hung.size === 0) await new Promise((resolve) => setImmediate(resolve));
  await engine.close();
  expect(await ended).toMatchObject({ code: 'SAGA_INTERRUPTED' });
}

const ref = (name: string, id = name) => ({ name, id });

describe.each<readonly [string, () => Place]>([
  ['in memory', inMemory],
  ['in a SQLite file', () => inFile('main')],
  ['in a SQLite file by a thread', () => inFile('worker')],
  ['in Postgres', inPostgres],
])('payloads that aesGcmCodec encrypts %s', (_, placeOf) => {
  it('are kept without a word of them, and told to who has the key (semantics 17a)', async () => {
    const place = placeOf();
    const { engine, start } = await processOn(place, oldKey);
    for (const name of ['ends', 'fails', 'declines', 'brings what cannot be stored']) {
      await start(name);
    }
    await start('fails', 'stuck');
    const act = { act: 'mark-done', label: 'Charge', result: { receipt: SECRET } } as const;
    await engine.operators?.request(ref('ends'), act, WHY);
    const counts = await engine.insight?.counts({});
    const raw = await place.raw();
    await engine.close();

    expect(raw).not.toContain(SECRET);
    expect(raw).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 20));
    // What operators look for stays readable.
    for (const readable of ['order 7', 'Bonn', 'Reserve', 'DECLINED', 'aes1:old:']) {
      expect(raw).toContain(readable);
    }
    expect(counts).toHaveLength(5);

    const other = await processOn(place, bothKeys);
    const details = await other.engine.get(ref('fails'));
    expect(JSON.stringify(details)).toContain(SECRET);
    const stuck = await other.engine.get(ref('fails', 'stuck'));
    expect(stuck).toMatchObject({ status: 'parked', parkReason: 'compensation-failed' });
    const found = await other.engine.attach(ref('ends'));
    expect(found?.context).toEqual({ card: SECRET, note: `noted ${SECRET}` });
    expect(found?.getStepResult('Charge')).toEqual({ receipt: SECRET });
    // A start again is compared with the first, although its key is another one by now.
    expect(await other.start('ends')).toMatchObject({ isSuccess: true });
    await other.engine.close();
  });

  it('whose key is not there park their saga, which goes on with it, and with the next one (17b)', async () => {
    const place = placeOf();
    await interrupted(place, oldKey);

    const without = await processOn(place, newKey);
    await without.engine.recover();
    await without.recorded('parked');
    expect(await without.engine.get(ref('hangs once'))).toMatchObject({
      parkReason: 'unreadable',
    });
    await expect(without.start('hangs once')).rejects.toThrow(/needs key 'old'/);
    await without.engine.close();

    const both = await processOn(place, bothKeys);
    const ended = await (await both.engine.resume(ref('hangs once'))).result();
    expect(ended.getStepResult('Reserve')).toBe(`of ${SECRET}`);
    const raw = await place.raw();
    expect(raw).not.toContain(SECRET);
    expect(raw).toContain('aes1:old:');
    expect(raw).toContain('aes1:new:');
    await both.engine.close();
  });

  it('may follow plain ones, and be followed by them (17b)', async () => {
    const place = placeOf();
    const keys = { old: OLD };
    const plainYet = aesGcmCodec({ keys, current: null });
    await interrupted(place, plainYet);
    const switchedOn = aesGcmCodec({ keys, current: 'old', plain: 'read' });
    const on = await processOn(place, switchedOn);
    await on.engine.recover();
    await on.recorded('completed');
    expect(await on.start('fails')).toMatchObject({ status: 'compensated' });
    await on.engine.close();

    const off = await processOn(place, plainYet);
    expect(await off.start('hangs once')).toMatchObject({ isSuccess: true });
    expect(JSON.stringify(await off.engine.get(ref('fails')))).toContain(SECRET);
    await off.engine.close();
  });
});

it.each<readonly [string, () => Place]>([
  ['in a SQLite file', () => inFile('main')],
  ['in Postgres', inPostgres],
])('a payload that was copied to another saga %s is not read there (17a)', async (_, placeOf) => {
  const place = placeOf();
  await interrupted(place, oldKey, 'waits', 'mine');
  await interrupted(place, oldKey, 'waits', 'theirs');
  await place.copyInput?.('theirs', 'mine');
  const { engine, recorded } = await processOn(place, oldKey);
  await engine.recover();
  await recorded('parked');
  await recorded('completed');
  const { parkReason } = (await engine.get(ref('waits', 'mine'))) ?? {};
  expect(parkReason).toBe('unreadable');
  const { status } = (await engine.get(ref('waits', 'theirs'))) ?? {};
  expect(status).toBe('completed');
  await engine.close();
});

it('a key that goes while a step runs has it undone, and not run again (18)', async () => {
  let current = 'old';
  const codec = aesGcmCodec({ keys: { old: OLD }, current: () => current });
  const called: string[] = [];
  const charge = () => {
    called.push('Charge');
    current = 'gone';
    return { receipt: SECRET };
  };
  const plan = defineSaga<Order>('Pay', [
    { label: 'Charge', action: charge, compensate: () => called.push('undo') },
  ]);
  const engine = new InProcessEngine({ journal: memoryJournal(), logger: silentLogger, codec });
  engine.register(plan);
  const end = (await engine.start(plan, { card: SECRET }, { id: 'p' })).result();
  await expect(end).rejects.toMatchObject({ status: 'compensated' });
  expect(called).toEqual(['Charge', 'undo']);
  await engine.close();
});

it('the program saga tells that payloads are encrypted, and what they are to who gives it the codec', async () => {
  const place = inFile('main');
  const { engine, start } = await processOn(place, oldKey);
  await start('fails');
  await engine.close();
  const env = { SAGA_JOURNAL: place.address ?? '' };
  const words = ['show', 'fails', 'fails', '--application', 'shop', '--payloads'];
  const [without, asJson] = [await saga(words, { env }), await saga([...words, '--json'], { env })];
  expect(without.out).toMatch(/encoded, \d+ characters; --codec says how to read it/);
  expect(without.out).toContain('(encoded)');
  expect(without.out + asJson.out).not.toContain(SECRET);
  const given = jest.spyOn(Call.prototype, 'codec').mockResolvedValue(oldKey);
  expect((await saga(words, { env })).out).toContain(`note: 'noted ${SECRET}'`);
  const [{ payloads, timeline }] = (await saga([...words, '--json'], { env })).lines;
  expect(payloads[0]).toEqual({ what: 'input', value: { card: SECRET } });
  expect(JSON.stringify(timeline)).toContain(`of ${SECRET}`);
  const watched = ['watch', ...words.slice(1, -1)];
  expect((await saga(watched, { env })).out).toContain(`of ${SECRET}`);
  given.mockRestore();
});

/** All that is stored of the sagas, as it stands. */
async function storedIn(place: Place): Promise<string> {
  const journal = place.journal();
  await journal.open();
  const { rows } = await journal.list({ application: 'shop', limit: 100 });
  const sagas = await Promise.all(rows.map((row) => journal.load(row)));
  await journal.close();
  return JSON.stringify(sagas);
}

const KEYS = JSON.stringify({ old: OLD.toString('base64'), new: NEW.toString('base64') });

describe.each<readonly [string, () => Place]>([
  ['in a SQLite file', () => inFile('main')],
  ['in Postgres', inPostgres],
])('saga reencrypt %s (17c)', (_, placeOf) => {
  const reencrypt = (place: Place, keys = KEYS, ...words: readonly string[]) =>
    saga(['reencrypt', '--application', 'shop', '--json', ...words], {
      env: { SAGA_JOURNAL: place.address ?? '', SAGA_KEYS: keys },
    });

  it('rewrites what sagas at rest keep, beside living processes, until the old key can go', async () => {
    const place = placeOf();
    const first = await processOn(place, oldKey);
    const names = ['ends', 'fails', 'declines', 'brings what cannot be stored'];
    for (const name of names) await first.start(name);
    await first.start('fails', 'stuck');
    await first.engine.close();
    await interrupted(place, oldKey, 'hangs once');
    const before = await storedIn(place);

    const dry = await reencrypt(place, KEYS, '--current', 'new', '--dry-run');
    expect(dry).toMatchObject({ exit: 0, err: expect.stringContaining('1 sagas are under way') });
    expect(dry.lines).toEqual([
      {
        ...{ sagas: 6, reencrypted: { sagas: 0, texts: 0 }, old: 6, underWay: 1 },
        ...{ unreadable: 0, requests: 0 },
      },
    ]);
    expect(await storedIn(place)).toBe(before);

    const living = await processOn(place, bothKeys);
    const run = await reencrypt(place, KEYS, '--current', 'new');
    expect(run.exit).toBe(1);
    expect(run.lines).toMatchObject([
      { reencrypted: { sagas: 5 }, old: 1, underWay: 1, unreadable: 0 },
    ]);
    expect(run.out + run.err).not.toContain(OLD.toString('base64'));
    expect(await storedIn(place)).toContain('aes1:old:');
    await living.engine.recover();
    await living.recorded('completed');
    const last = await reencrypt(place, KEYS, '--current', 'new');
    expect(last).toMatchObject({ exit: 0, err: '' });
    expect(last.lines).toMatchObject([{ reencrypted: { sagas: 1 }, old: 0, underWay: 0 }]);
    await living.engine.close();

    // Without the old key, all of it is there, and a saga goes on with it.
    expect(await storedIn(place)).not.toContain('aes1:old:');
    expect(await storedIn(place)).not.toContain(SECRET);
    const { engine, start } = await processOn(place, newKey);
    for (const name of [...names, 'hangs once']) {
      const found = await engine.attach(ref(name));
      expect(found?.context).toMatchObject({ card: SECRET });
      expect((await engine.get(ref(name)))?.damage).toBeUndefined();
    }
    expect((await engine.attach(ref('ends')))?.getStepResult('Charge')).toEqual({
      receipt: SECRET,
    });
    expect(JSON.stringify(await engine.get(ref('fails')))).toContain(SECRET);
    expect(await start('ends')).toMatchObject({ isSuccess: true });
    const undone = { act: 'mark-compensated', label: 'Reserve' } as const;
    await engine.manual(ref('fails', 'stuck'), undone, WHY);
    expect((await engine.get(ref('fails', 'stuck')))?.status).toBe('compensated');
    await engine.close();
    expect((await reencrypt(place, KEYS, '--current', 'new')).lines).toMatchObject([{ old: 0 }]);
  });

  it('encrypts what was plain, and leaves what it cannot read as it is', async () => {
    const place = placeOf();
    const plain = await processOn(place, aesGcmCodec({ keys: { old: OLD }, current: null }));
    await plain.start('fails');
    await plain.engine.close();
    const one = await processOn(place, oldKey);
    await one.start('ends');
    await one.engine.close();
    const before = await storedIn(place);

    const onlyNew = JSON.stringify({ new: NEW.toString('base64') });
    const refused = await reencrypt(place, onlyNew, '--current', 'new');
    expect(refused.exit).toBe(1);
    expect(refused.err).toContain("Not all can be read of ends 'ends', fails 'fails'");
    const [{ input }] = JSON.parse(await storedIn(place)).map(({ row }: any) => row);
    expect(before).toContain(JSON.stringify(input));
    expect(await reencrypt(place, KEYS, '--current', 'new', '--plain')).toMatchObject({ exit: 0 });
    expect(await storedIn(place)).not.toContain(SECRET);
    const { engine } = await processOn(place, newKey);
    expect(JSON.stringify(await engine.get(ref('fails')))).toContain(SECRET);
    await engine.close();
  });

  it('says so of a result by hand that waits in a request, which needs the old key', async () => {
    const place = placeOf();
    const { engine, start } = await processOn(place, oldKey);
    await start('ends');
    const act = { act: 'mark-done', label: 'Charge', result: { receipt: SECRET } } as const;
    const asked = await engine.operators.request(ref('ends'), act, WHY);
    await engine.operators.request(ref('ends'), { act: 'cancel' }, WHY);
    const first = await reencrypt(place, KEYS, '--current', 'new');
    expect([first.exit, first.err]).toEqual([
      1,
      expect.stringMatching(/^1 results by hand are in requests that are open/),
    ]);
    expect(first.lines).toMatchObject([{ old: 0, unreadable: 0, requests: 1 }]);
    const onlyNew = JSON.stringify({ new: NEW.toString('base64') });
    expect((await reencrypt(place, onlyNew, '--current', 'new')).lines).toMatchObject([
      { old: 0, unreadable: 0, requests: 1 },
    ]);
    await engine.operators.withdraw(asked.request, WHY);
    await engine.close();
    expect(await reencrypt(place, KEYS, '--current', 'new')).toMatchObject({ exit: 0, err: '' });
  });

  it('ends also by a codec that never encodes the same twice', async () => {
    const place = placeOf();
    const first = await processOn(place, oldKey);
    await first.start('ends');
    await first.start('fails');
    await first.engine.close();
    let salt = 0;
    const salted: PayloadCodec = {
      encode: (value) => `${(salt += 1)}.${jsonCodec.encode(value)}`,
      decode: (text) => jsonCodec.decode(text.slice(text.indexOf('.') + 1)),
      forSaga(saga) {
        const old = oldKey.forSaga!(saga);
        const decode = (text: string): unknown =>
          text.startsWith('aes1:') ? old.decode(text) : salted.decode(text);
        return { encode: salted.encode, decode };
      },
    };
    const given = jest.spyOn(Call.prototype, 'codec').mockResolvedValue(salted);
    for (const _ of [1, 2]) {
      const run = await reencrypt(place, '', '--codec', './codec.mjs');
      expect([run.exit, run.err]).toEqual([0, expect.stringContaining('never encodes the same')]);
      expect(run.lines).toMatchObject([{ reencrypted: { sagas: 2 }, old: 0, unreadable: 0 }]);
    }
    given.mockRestore();
    expect(await storedIn(place)).not.toContain('aes1:');
    const { engine, start } = await processOn(place, salted);
    expect(await start('ends')).toMatchObject({ isSuccess: true });
    await engine.close();
  });

  it('may be killed at any time, beside a process that goes on: the next run ends it', async () => {
    const place = placeOf();
    const first = await processOn(place, oldKey);
    const sagas = Array.from({ length: 120 }, (_, at) => `s-${at}`);
    await Promise.all(sagas.map((id) => first.start('ends', id)));
    await first.engine.close();
    const living = await processOn(place, bothKeys);
    const program = bundle('../../../lib/cli/main.ts', tempFolder());
    const env = { ...process.env, SAGA_JOURNAL: place.address, SAGA_KEYS: KEYS };
    const words = ['reencrypt', '--application', 'shop', '--current', 'new'];
    const inputs = async () => {
      const { rows } = await looking.list({ application: 'shop', limit: 200 });
      return rows.map(({ input }) => input.slice(0, 9));
    };
    const looking = place.journal();
    await looking.open();
    let cut = 0;
    for (let begun = 0; begun < 2; begun += 1) {
      const child = spawn(process.execPath, [program, ...words], { env, stdio: 'ignore' });
      const gone = once(child, 'exit');
      const before = (await inputs()).filter((input) => input === 'aes1:new:').length;
      while ((await inputs()).filter((input) => input === 'aes1:new:').length <= before + 9);
      await living.start('fails', `beside-${begun}`);
      child.kill('SIGKILL');
      await gone;
      if ((await inputs()).includes('aes1:old:')) cut += 1;
      else break;
    }
    await looking.close();
    expect(cut).toBeGreaterThan(0);
    const rest = await reencrypt(place, KEYS, '--current', 'new');
    expect(rest).toMatchObject({ exit: 0, err: '' });
    await living.engine.close();
    expect(await storedIn(place)).not.toContain('aes1:old:');
    const { engine, start } = await processOn(place, newKey);
    for (const id of sagas) {
      const found = await engine.attach(ref('ends', id));
      expect(found?.getStepResult('Charge')).toEqual({ receipt: SECRET });
      expect(await start('ends', id)).toMatchObject({ isSuccess: true });
    }
    await engine.close();
  }, 60_000);

  it('stops between two sagas, and goes on with the next run', async () => {
    const place = placeOf();
    const first = await processOn(place, oldKey);
    for (const id of ['a', 'b']) await first.start('ends', id);
    await first.engine.close();
    const journal = place.journal();
    await journal.open();
    await journal.rewrite?.(
      { application: 'shop', ...ref('ends', 'a') },
      new Reencoder(bothKeys.forSaga!({ application: 'shop', ...ref('ends', 'a') })),
    );
    await journal.close();
    const stored = await storedIn(place);
    expect(stored).toContain('aes1:old:');
    expect(stored).toContain('aes1:new:');
    const both = await processOn(place, bothKeys);
    for (const id of ['a', 'b'])
      expect(await both.start('ends', id)).toMatchObject({ isSuccess: true });
    await both.engine.close();
    const stop = {
      signal: AbortSignal.abort(),
      env: { SAGA_JOURNAL: place.address!, SAGA_KEYS: KEYS },
    };
    const words = ['reencrypt', '--application', 'shop', '--current', 'new'];
    expect(await saga(words, stop)).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/^Stopped/),
    });
    const rest = await reencrypt(place, KEYS, '--current', 'new');
    expect(rest.lines).toMatchObject([{ reencrypted: { sagas: 1 }, old: 0 }]);
  });

  it('decrypts all of it by a codec that encrypts nothing', async () => {
    const place = placeOf();
    const first = await processOn(place, oldKey);
    for (const name of ['ends', 'fails']) await first.start(name);
    await first.engine.close();
    const plain = aesGcmCodec({ keys: { old: OLD }, current: null });
    const given = jest.spyOn(Call.prototype, 'codec').mockResolvedValue(plain);
    const run = await reencrypt(place, '', '--codec', './codec.mjs');
    given.mockRestore();
    expect(run).toMatchObject({ exit: 0, err: '' });
    expect(await storedIn(place)).not.toContain('aes1:');
    const { engine, start } = await processOn(place, jsonCodec);
    expect(JSON.stringify(await engine.get(ref('fails')))).toContain(`of ${SECRET}`);
    expect(await start('ends')).toMatchObject({ isSuccess: true });
    await engine.close();
  });

  it('says so where there are no sagas', async () => {
    const place = placeOf();
    const { engine } = await processOn(place, oldKey);
    await engine.close();
    const { exit, err } = await reencrypt(place, KEYS, '--current', 'new');
    expect([exit, err]).toEqual([0, "No sagas in application 'shop'.\n"]);
  });

  it('may run twice at once', async () => {
    const place = placeOf();
    const first = await processOn(place, oldKey);
    for (const id of ['a', 'b', 'c']) await first.start('fails', id);
    await first.engine.close();
    const runs = await Promise.all([1, 2].map(() => reencrypt(place, KEYS, '--current', 'new')));
    expect(runs.map(({ exit }) => exit)).toEqual([0, 0]);
    const { engine } = await processOn(place, newKey);
    for (const id of ['a', 'b', 'c']) {
      expect(JSON.stringify(await engine.get(ref('fails', id)))).toContain(SECRET);
    }
    await engine.close();
  });

  it.each([
    ['no keys', '', [], /SAGA_KEYS and --current/],
    ['keys that are no JSON', 'a=b', ['--current', 'new'], /must be JSON: .*not shown/],
    ['no current one', KEYS, [], /--current is missing/],
    ['a key that is none', '{"new":"c2VjcmV0"}', ['--current', 'new'], /must be 32 bytes/],
    ['another current one', KEYS, ['--current', 'next'], /must be one of keys/],
  ])('is refused with %s, which it does not show', async (_what, keys, words, message) => {
    const { exit, err } = await reencrypt({ ...inMemory(), address: ':memory:' }, keys, ...words);
    expect([exit, err]).toEqual([expect.any(Number), expect.stringMatching(message)]);
    expect(exit).toBeGreaterThan(1);
    expect(err).not.toContain('c2VjcmV0');
  });
});

it('a row that somebody has written twice into Postgres keeps no other from being encrypted anew', async () => {
  const place = inPostgres();
  const { engine, start } = await processOn(place, oldKey);
  for (const name of ['ends', 'fails']) await start(name);
  await engine.close();
  const [, schema] = /schema=(.*)$/.exec(place.address ?? '') ?? [];
  await pg.query(
    `UPDATE "${schema}".sagas s SET initial_records = a.records
      FROM "${schema}".saga_appends a WHERE a.saga = s.saga AND s.id = 'ends'`,
  );
  const run = await saga(['reencrypt', '--application', 'shop', '--current', 'new', '--json'], {
    env: { SAGA_JOURNAL: place.address ?? '', SAGA_KEYS: KEYS },
  });
  expect(run).toMatchObject({ err: '', lines: [{ old: 0, unreadable: 0 }] });
  expect(await storedIn(place)).not.toContain('aes1:old:');
});
