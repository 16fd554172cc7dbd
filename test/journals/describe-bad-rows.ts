import {
  defineSaga,
  type Journal,
  type SagaDetails,
  type SagaRecord,
  type SagaSummary,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { RecordingLogger } from '../support/recording-logger.js';
import { seed } from '../support/seed.js';

/** A store whose rows can be damaged behind the journal's back. */
export interface DamagedStore {
  journal(): Journal;
  /** Runs SQL on its tables, without a schema before their names. */
  sql(text: string, values?: readonly (string | number)[]): Promise<void>;
  /** The column that orders the appends of a saga, and what it says of the second one, of records 2 and 3. */
  readonly seq: string;
  readonly second: number;
  /** Bytes that are no text, where such a store can hold them. */
  readonly noText?: string;
}

const NAME = 'PlaceOrder';
const BAD = { name: NAME, id: 'bad' };
const HEALTHY = ['h-1', 'h-2', 'h-3', 'h-4'];
const why = { by: 'eve', reason: 'its row was damaged' };

const plan = defineSaga(NAME, [
  { label: 'Charge', action: () => 'tx', compensate: () => undefined },
  { label: 'Ship', action: () => 'sent', compensate: () => undefined },
]);

/** In [0, 1): the same for the same seed (mulberry32). */
function chance(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function entry(seq: number, head: object, result: string | null = null) {
  return {
    seq,
    at: 1_700_000_000_000,
    epoch: 1,
    head: JSON.stringify(head),
    result,
    context: null,
  };
}

/** One whose process is gone: Charge is done, Ship was started. */
async function leave(journal: Journal, id: string): Promise<void> {
  const ref = { name: NAME, id };
  const step = { attempt: 1, owesUndo: true };
  const { version, fingerprint } = plan;
  await journal.create({
    ...{ ...ref, version, fingerprint, status: 'running', key: 'k', tags: { tenant: 'north' } },
    ...{ deadline: null, input: '{"order":1}', owner: 'gone', birth: 'b' },
    entries: [entry(1, { type: 'started', label: 'Charge', ...step })],
  });
  const written = { ref, owner: 'gone', epoch: 1, status: 'running', progress: true } as const;
  const done = { type: 'done', label: 'Charge', attempt: 1, pivot: false };
  await journal.append({
    ...written,
    entries: [entry(2, done, '"tx"'), entry(3, { type: 'started', label: 'Ship', ...step })],
  });
  const recovered = entry(4, { type: 'recovered', owner: 'gone' });
  await journal.append({ ...written, entries: [recovered] });
}

/** The bad one first: it is the oldest, and stands at the head of every claim and list. */
async function withBad(
  store: DamagedStore,
  damage: () => Promise<void>,
  closing: { close(): Promise<void> }[],
) {
  const journal = store.journal();
  closing.push(journal);
  await journal.open();
  for (const id of [BAD.id, ...HEALTHY]) await leave(journal, id);
  await damage();
  const logger = new RecordingLogger('warn');
  const records: [id: string, record: SagaRecord][] = [];
  const engine = new InProcessEngine({
    journal,
    logger,
    leaseMs: 1_000,
    worker: { pollMs: 20 },
    observers: [{ onRecord: (run, record) => void records.push([run.sagaId, record]) }],
  });
  closing.push(engine);
  engine.register(plan);
  await engine.recover();
  const all = async (): Promise<readonly SagaSummary[]> => (await engine.list({})).sagas;
  const until = async (isSo: () => Promise<boolean>, what: string): Promise<void> => {
    for (const end = Date.now() + 30_000; !(await isSo()); await pause(20)) {
      if (Date.now() > end) throw new Error(`${what}, after 30 s (seed ${seed})`);
    }
  };
  const healthyEnd = () =>
    until(async () => {
      const ends = await Promise.all(HEALTHY.map((id) => engine.get({ name: NAME, id })));
      return ends.every((saga) => saga?.status === 'completed');
    }, 'the healthy ones have not ended');
  const badIs = (fits: (saga: SagaDetails | undefined) => boolean) =>
    until(async () => fits(await engine.get(BAD)), 'the bad one is not what it should be');
  return { engine, journal, logger, records, all, healthyEnd, badIs };
}

/** The same on every SQL journal: one row is damaged among healthy ones (semantics 28b). */
export function describeBadRows(newStore: () => Promise<DamagedStore>): void {
  let store: DamagedStore;
  const closing: { close(): Promise<void> }[] = [];
  const damagedBy = async (text: string, values: readonly (string | number)[] = []) => {
    return withBad(store, () => store.sql(text, values), closing);
  };
  const ofBad = `saga = (SELECT saga FROM sagas WHERE id = 'bad')`;

  beforeEach(async () => {
    store = await newStore();
  });
  afterEach(async () => {
    for (const open of closing.splice(0).reverse()) await open.close();
  });

  const lastAppend = (): string => `${ofBad} AND ${store.seq} = 4`;
  const middle = (): string => `${ofBad} AND ${store.seq} = ${store.second}`;
  const records = (change: string, where = lastAppend): (() => string) => {
    return () => `UPDATE saga_appends SET records = ${change} WHERE ${where()}`;
  };

  const unreadable: readonly (readonly [what: string, damage: () => string])[] = [
    ['tags that are no JSON', () => `UPDATE sagas SET tags = '{"tenant":' WHERE id = 'bad'`],
    ['tags that are a list', () => `UPDATE sagas SET tags = '[1]' WHERE id = 'bad'`],
    ['tags that are no texts', () => `UPDATE sagas SET tags = '{"a":{}}' WHERE id = 'bad'`],
    ['headers that are no JSON', () => `UPDATE sagas SET headers = '{"a":' WHERE id = 'bad'`],
    ['headers that are a list', () => `UPDATE sagas SET headers = '[1]' WHERE id = 'bad'`],
    ['a version below zero', () => `UPDATE sagas SET version = -1 WHERE id = 'bad'`],
    [
      'a version beyond all numbers',
      () => `UPDATE sagas SET version = 9223372036854775807 WHERE id = 'bad'`,
    ],
    [
      'a deadline beyond all numbers',
      () => `UPDATE sagas SET deadline = 9223372036854775807 WHERE id = 'bad'`,
    ],
    [
      'a time of creation beyond all numbers',
      () => `UPDATE sagas SET created_at = 9223372036854775807 WHERE id = 'bad'`,
    ],
    [
      'a time of creation below zero',
      () => `UPDATE sagas SET created_at = -9223372036854775807 WHERE id = 'bad'`,
    ],
    ['an input that is no JSON', () => `UPDATE sagas SET input = 'x' WHERE id = 'bad'`],
    ['truncated records', records(`substr(records, 1, length(records) - 9)`)],
    ['empty records', records(`''`)],
    ['records that are an object', records(`'{}'`)],
    ['records that are other values', records(`'[[1,2,3]]'`)],
    ['a record without a head', records(`'[[4,1,1,null,null,null]]'`)],
    ['a head that is no JSON', records(`'[[4,1,1,"{",null,null]]'`)],
    ['a head without a type', records(`'[[4,1,1,"{}",null,null]]'`)],
    [
      'a record of a step that it does not name',
      records(`'[[4,1,1,"{\\"type\\":\\"failed\\"}",null,null]]'`),
    ],
    ['shifted seqs', records(`replace(records, '[[4,', '[[5,')`)],
    ['a seq that is there twice', records(`replace(records, '[[4,', '[[3,')`)],
    [
      'an epoch that none has had',
      records(`'[[4,1,9,"{\\"type\\":\\"recovered\\",\\"owner\\":\\"a\\"}",null,null]]'`),
    ],
    ['a gap in its seqs', () => `DELETE FROM saga_appends WHERE ${middle()}`],
    [
      'no last record',
      () => `UPDATE saga_appends SET ${store.seq} = ${store.seq} + 3 WHERE ${lastAppend()}`,
    ],
    [
      'a seq beyond all bounds',
      () => `UPDATE saga_appends SET ${store.seq} = 2147483647 WHERE ${lastAppend()}`,
    ],
    ['a seq below zero', () => `UPDATE saga_appends SET ${store.seq} = -3 WHERE ${lastAppend()}`],
  ];

  it.each(unreadable)(
    'parks what cannot be read, and no other, and says so: %s',
    async (_, sql) => {
      const { engine, journal, records, all, healthyEnd, badIs } = await damagedBy(sql());
      await healthyEnd();
      await badIs((saga) => saga?.status === 'parked');
      expect(await engine.get(BAD)).toMatchObject({ parkReason: 'unreadable' });
      expect(records.filter(([id]) => id === BAD.id)).toEqual([
        [BAD.id, { type: 'parked', reason: 'unreadable' }],
      ]);
      expect((await journal.get(BAD))?.status).toBe('parked');
      expect((await all()).map(({ id }) => id).sort()).toEqual([BAD.id, ...HEALTHY]);
      // Page by page, with the bad one at some border.
      const ids: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await engine.list({ limit: 1, ...(cursor === undefined ? {} : { cursor }) });
        ids.push(...page.sagas.map(({ id }) => id));
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }
      expect(ids.sort()).toEqual([BAD.id, ...HEALTHY]);
      await expect(engine.resume(BAD)).rejects.toMatchObject({ code: 'SAGA_SERIALIZATION' });
      await engine.manual(BAD, { act: 'terminate' }, why);
      expect(await engine.get(BAD)).toMatchObject({ parkReason: 'terminated' });
      await engine.forget(BAD);
      expect(await engine.get(BAD)).toBeUndefined();
    },
  );

  it.each([
    ['an epoch beyond all bounds', 'epoch = 2147483647', 'completed'],
    ['an epoch below that of its records', 'epoch = -7', 'completed'],
    ['more recoveries than can be', 'recoveries = 2147483647', 'parked'],
    ['recoveries below zero', 'recoveries = -5', 'completed'],
    ['a key of other characters', `key = '\u0001?'`, 'completed'],
    ['a wake time beyond all numbers', 'wake_at = 9223372036854775807', 'completed'],
    ['a wake time below zero', 'wake_at = -5', 'completed'],
    ['an owner that never was', `owner = ''`, 'completed'],
    ['a fingerprint of no plan', `fingerprint = ''`, 'completed'],
  ])('resumes what it can read: %s', async (_, change, end) => {
    const { healthyEnd, badIs } = await damagedBy(`UPDATE sagas SET ${change} WHERE id = 'bad'`);
    await healthyEnd();
    await badIs((saga) => saga?.status === end);
  });

  it('shows what can be read, and why not all can', async () => {
    const { engine, badIs } = await damagedBy(records(`'x'`)());
    await badIs((saga) => saga?.status === 'parked');
    const saga = await engine.get(BAD);
    expect(saga?.timeline.map(({ type }) => type)).toEqual([
      'started',
      'done',
      'started',
      'parked',
    ]);
    expect(saga?.damage).toMatch(/^the records of write 3 cannot be read/);
  });

  it('stops a live one that no process takes up', async () => {
    const { engine } = await damagedBy(records(`'x'`)());
    const idle = new InProcessEngine({
      ...{ journal: store.journal(), logger: new RecordingLogger('error'), worker: false },
    });
    closing.push(idle);
    idle.register(plan);
    await engine.close();
    const ids = ['bad-2'];
    const journal = store.journal();
    await journal.open();
    for (const id of ids) await leave(journal, id);
    await store.sql(
      `UPDATE saga_appends SET records = 'x' WHERE saga = (SELECT saga FROM sagas WHERE id = 'bad-2')`,
    );
    await journal.close();
    const ref = { name: NAME, id: 'bad-2' };
    await idle.manual(ref, { act: 'terminate' }, why);
    expect(await idle.get(ref)).toMatchObject({ status: 'parked', parkReason: 'terminated' });
    await idle.forget(ref);
    expect(await idle.get(ref)).toBeUndefined();
  });

  const newer: readonly (readonly [
    what: string,
    damage: () => string,
    warns: RegExp | undefined,
  ])[] = [
    [
      'a record of a type that is not known',
      records(`'[[4,1,1,"{\\"type\\":\\"paused\\"}",null,null]]'`),
      /Saga PlaceOrder 'bad' is left alone: A later version has written a record of the type 'paused'/,
    ],
    [
      'an act of an operator that is not known',
      records(`'[[4,1,1,"{\\"type\\":\\"manual\\",\\"act\\":\\"skip\\"}",null,null]]'`),
      /of the type 'skip'/,
    ],
    [
      'a status that is not known',
      () => `UPDATE sagas SET status = 'waiting' WHERE id = 'bad'`,
      undefined,
    ],
  ];
  it.each(newer)('leaves to later versions what they wrote: %s', async (_, sql, warns) => {
    const { engine, journal, logger, records, healthyEnd } = await damagedBy(sql());
    await healthyEnd();
    await pause(500);
    const row = await journal.get(BAD);
    expect(row?.status).toBe(warns === undefined ? 'waiting' : 'running');
    expect(row?.recoveries).toBeLessThanOrEqual(1);
    expect(records.filter(([id]) => id === BAD.id)).toEqual([]);
    const warnings = logger.messages('warn').filter((message) => message.includes("'bad'"));
    expect(warnings).toEqual(warns === undefined ? [] : [expect.stringMatching(warns)]);
    await expect(engine.resume(BAD)).rejects.toMatchObject({ code: 'SAGA_NEWER' });
    await expect(engine.forget(BAD)).rejects.toMatchObject({ code: 'SAGA_STATE' });
  });

  it('harms no other, whatever happens to one of its columns: 25 random damages', async () => {
    const texts = ['application', 'name', 'id', 'birth', 'fingerprint', 'status', 'key', 'tags'];
    const columns = [...texts, 'input', 'owner', 'cancel_reason'];
    const numbers = [
      'version',
      'deadline',
      'epoch',
      'recoveries',
      'created_at',
      'updated_at',
      'wake_at',
    ];
    const random = chance(seed);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const spoilt = (column: string): string => {
      const at = 1 + Math.floor(random() * 40);
      return pick([
        `substr(${column}, 1, ${at})`,
        `substr(${column}, 1, ${at - 1}) || '${pick([...'{}[]",:x0é'])}' || substr(${column}, ${at + 1})`,
        `'${pick(['', 'null', '[]', '{}', '7', 'x'])}'`,
        ...(store.noText === undefined ? [] : [store.noText]),
      ]);
    };
    process.stdout.write(`SAGA_TEST_SEED=${seed}\n`);
    for (let round = 0; round < 25; round += 1) {
      const [table, column] = pick([
        ...columns.map((name) => ['sagas', name] as const),
        ...numbers.map((name) => ['sagas', name] as const),
        ...Array.from({ length: 12 }, () => ['saga_appends', 'records'] as const),
        ...Array.from({ length: 3 }, () => ['saga_appends', store.seq] as const),
      ]);
      const isNumber = numbers.includes(column) || column === store.seq;
      const value = isNumber ? String(pick([-1, 0, 9, 77, 2_147_483_647])) : spoilt(column);
      const where = table === 'sagas' ? `id = 'bad'` : pick([middle, lastAppend])();
      const sql = `UPDATE ${table} SET ${column} = ${value} WHERE ${where}`;
      try {
        const { engine, healthyEnd } = await damagedBy(sql);
        await healthyEnd();
        const { sagas } = await engine.list({});
        expect(sagas.map(({ id }) => id)).toEqual(expect.arrayContaining(HEALTHY));
        await engine.get(BAD);
      } catch (cause) {
        throw new Error(`round ${round}: ${sql}`, { cause });
      }
      for (const open of closing.splice(0).reverse()) await open.close();
      store = await newStore();
    }
  });

  it('forgets by age what is damaged, too', async () => {
    const { journal, badIs } = await damagedBy(
      `UPDATE sagas SET tags = 'x' WHERE id IN ('bad', 'h-1')`,
    );
    await badIs((saga) => saga?.status === 'parked');
    await pause(20);
    await journal.forget({ status: 'parked', olderThanMs: 0, limit: 100 });
    expect(await journal.get(BAD)).toBeUndefined();
  });
}
