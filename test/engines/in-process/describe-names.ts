import {
  defineSaga,
  isSagaError,
  SagaOrchestratorBuilder,
  silentLogger,
  systemClock,
  type Journal,
  type SagaHandle,
  type SagaStartOptions,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';

type Bad = readonly [what: string, name: unknown, why: RegExp];

const NO_TEXT = /must be a non-empty string \(got /;
const UNSTORABLE =
  /must hold no NUL and no half of a surrogate pair.*; leave them out or escape them/;

/** No database keeps these as they are. */
const UNSTORABLES: readonly Bad[] = [
  ['a NUL', 'a\0b', UNSTORABLE],
  ['a NUL at the end', 'order\0', UNSTORABLE],
  ['half of a pair', 'tea \ud83c', UNSTORABLE],
  ['the other half', '\udf75 tea', UNSTORABLE],
  ['a pair the wrong way round', '\udf75\ud83c', UNSTORABLE],
];

const BAD: readonly Bad[] = [
  ...UNSTORABLES,
  ['nothing', '', NO_TEXT],
  ['256 bytes', 'é'.repeat(128), /must have at most 255 bytes \(got 256\)/],
  ['a number', 42, /must be a non-empty string \(got 42\)/],
  ['null', null, NO_TEXT],
  ['an object', { toString: () => 'x' }, /\(got an object\)/],
  ['a symbol', Symbol('tea'), NO_TEXT],
];

/** Unusual, but text: every journal returns it as it was. */
const UNUSUAL: readonly string[] = [
  ' ',
  ' leading and trailing ',
  'tab\tnewline\r\n',
  `'; DROP TABLE sagas; -- %s $1 ?1 :name @name`,
  `quotes ' " \` and \\`,
  '\u0001\u001f\u007f\u0080\u2028\ufeff',
  '🍵 👩‍👩‍👧 e\u0301 \uffff',
  '__proto__',
  'constructor',
  'toString',
  'NULL',
  '{"$saga":"date"}',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  'i'.repeat(255),
  `${'🍵'.repeat(63)}abc`,
];

const step = { label: 'Charge', action: () => 1, compensate: () => undefined };

/** Whatever a name, label, id, key, tag, or reason may be: the same on every journal. */
export function describeNames(journalOf: () => Journal): void {
  let journal: Journal;
  let engine: InProcessEngine;

  beforeAll(() => {
    journal = journalOf();
    engine = new InProcessEngine({ journal, logger: silentLogger });
    engine.register(defineSaga('Known', [step]));
  });

  afterAll(() => engine.close());

  const start = (options: SagaStartOptions, name = 'Known', label = 'Charge') =>
    new SagaOrchestratorBuilder(name, {}, silentLogger, { host: engine, ...options })
      .step({ ...step, label })
      .start();

  /** One that is parked on its way forward. */
  async function parked(id: string): Promise<SagaHandle<unknown>> {
    const handle = await new SagaOrchestratorBuilder('Known', {}, silentLogger, {
      host: engine,
      id,
    })
      .step({ ...step, pivot: true })
      .step({ label: 'Ship', action: () => Promise.reject(new Error('no')) })
      .start();
    await handle.result().catch(() => undefined);
    return handle;
  }

  const why = { by: 'ann', reason: 'asked to' };

  describe.each(BAD)('%s is refused before anything is kept, as', (_what, given, problem) => {
    const bad = given as string;
    const entries: readonly (readonly [as: string, thing: RegExp, enter: () => unknown])[] = [
      ['the name of a saga', /the name/, () => defineSaga(bad, [step])],
      ['the name of a chain', /the name/, () => start({}, bad)],
      ['a label', /its label/, () => defineSaga('S', [{ ...step, label: bad }])],
      [
        'a label with settings',
        /its label/,
        () => defineSaga('S', [{ ...step, label: bad, retry: 1 }]),
      ],
      ['a label of a chain', /its label/, () => start({}, 'Known', bad)],
      [
        'a label that is retired',
        /its label/,
        () => defineSaga('S', [step], { retired: [{ label: bad, compensate: step.compensate }] }),
      ],
      ['an id', /id/, () => start({ id: bad })],
      ['a key', /key/, () => start({ key: bad })],
      ['the id of a saga to look at', /id/, () => engine.get({ name: 'Known', id: bad })],
      ['the name of a saga to look at', /the saga name/, () => engine.get({ name: bad, id: '1' })],
      ['the id of a saga to cancel', /id/, () => engine.cancel({ name: 'Known', id: bad }, 'x')],
      ['the id of a saga to resume', /id/, () => engine.resume({ name: 'Known', id: bad })],
      [
        'the id of a saga to terminate',
        /id/,
        () => engine.manual({ name: 'Known', id: bad }, { act: 'terminate' }, why),
      ],
      ['the id of a saga to forget', /id/, () => engine.forget({ name: 'Known', id: bad })],
    ];
    it.each(entries)('%s', async (_as, thing, enter) => {
      const error: unknown = await (async () => enter())().catch((thrown: unknown) => thrown);
      expect((error as Error).message).toMatch(thing);
      expect((error as Error).message).toMatch(problem);
      expect(isSagaError(error, 'SAGA_OPTIONS') || isSagaError(error, 'SAGA_DEFINITION')).toBe(
        true,
      );
      // Shown in a form that is safe in a log and a terminal.
      expect((error as Error).message).not.toMatch(/[\p{Cs}\0]/u);
      expect((await engine.list({ limit: 1 })).sagas).toEqual([]);
    });
  });

  describe.each(UNSTORABLES)('%s is refused, and changes nothing, as', (_what, given, problem) => {
    const bad = given as string;
    const refusals: readonly (readonly [as: string, thing: RegExp, enter: () => unknown])[] = [
      ['the name of a tag', /the name of a tag/, () => start({ tags: { [bad]: 'x' } })],
      ['a tag', /tag 'shop'/, () => start({ tags: { shop: bad } })],
      ['a reason to cancel', /reason/, () => engine.cancel({ name: 'Known', id: '1' }, bad)],
      [
        'who acts',
        /by/,
        () => engine.manual({ name: 'Known', id: '1' }, { act: 'terminate' }, { ...why, by: bad }),
      ],
      [
        'a reason to act',
        /reason/,
        () =>
          engine.manual({ name: 'Known', id: '1' }, { act: 'terminate' }, { ...why, reason: bad }),
      ],
      ['a name to list', /name/, () => engine.list({ name: bad })],
      ['a key to list', /key/, () => engine.list({ key: bad })],
      ['a tag to list', /tag 'shop'/, () => engine.list({ tags: { shop: bad } })],
      [
        'the name of a tag to list',
        /the name of a tag/,
        () => engine.list({ tags: { [bad]: 'x' } }),
      ],
      ['a status to list', /status must be one of/, () => engine.list({ status: bad as 'parked' })],
    ];
    it.each(refusals)('%s', async (as, thing, enter) => {
      const error: unknown = await (async () => enter())().catch((thrown: unknown) => thrown);
      expect(isSagaError(error, 'SAGA_OPTIONS')).toBe(true);
      expect((error as Error).message).toMatch(thing);
      if (!as.includes('status')) expect((error as Error).message).toMatch(problem);
      expect((await engine.list({ limit: 1 })).sagas).toEqual([]);
    });
  });

  it.each([undefined, null, 'o-1', 7, ['Known', 'o-1']])(
    '%p is refused as what names a saga',
    async (given) => {
      const ref = given as never;
      for (const ask of [
        () => engine.get(ref),
        () => engine.cancel(ref, 'x'),
        () => engine.resume(ref),
        () => engine.manual(ref, { act: 'terminate' }, why),
        () => engine.forget(ref),
      ]) {
        const error: unknown = await ask().catch((thrown: unknown) => thrown);
        expect(isSagaError(error, 'SAGA_OPTIONS')).toBe(true);
        expect((error as Error).message).toMatch(/^what names a saga must be an object/);
      }
    },
  );

  it('an id that its generator made is looked at as well', async () => {
    const ids = () => 'a\0b';
    const environment = { clock: systemClock, ids, random: Math.random };
    const other = new InProcessEngine({ journal, logger: silentLogger, environment });
    await expect(other.start(defineSaga('Known', [step]), {}, {})).rejects.toThrow(/^id must hold/);
  });

  describe.each(UNUSUAL)('%j comes back exactly, as', (text) => {
    it('name, label, id, key and tag', async () => {
      const tags = Object.fromEntries([[text, text]]);
      const handle = await start({ id: text, key: text, tags }, text, text);
      await handle.result();
      const found = await engine.get({ name: text, id: text });
      expect(found).toMatchObject({ name: text, id: text, key: text, status: 'completed' });
      expect(Object.entries(found?.tags ?? {})).toEqual([[text, text]]);
      expect(found?.timeline[0]).toMatchObject({ type: 'started', label: text });
      for (const filter of [{ name: text }, { key: text }, { tags }]) {
        expect((await engine.list(filter)).sagas.map(({ id }) => id)).toEqual([text]);
      }
      await engine.forget({ name: text, id: text });
    });

    it('who acted, and why', async () => {
      await parked(text);
      const ref = { name: 'Known', id: text };
      await engine.manual(ref, { act: 'terminate' }, { by: text, reason: `why ${text}` });
      const { timeline = [] } = (await engine.get(ref)) ?? {};
      expect(timeline.find(({ type }) => type === 'manual')).toMatchObject({
        by: text,
        reason: `why ${text}`,
      });
      await engine.forget(ref);
    });
  });

  it('a deadline may be a fraction of a millisecond, which no journal keeps', async () => {
    await (await start({ id: 'soon', deadline: 60_000.25 })).result();
    const stored = await journal.get({ name: 'Known', id: 'soon' });
    expect(Number.isInteger(stored?.deadline)).toBe(true);
    await engine.forget({ name: 'Known', id: 'soon' });
  });

  it('tags are those of the moment of the start, whatever becomes of the object', async () => {
    const tags: Record<string, unknown> = { shop: 'bonn' };
    const starting = start({ id: 'tagged', tags: tags as Record<string, string> });
    tags['shop'] = 7;
    await (await starting).result();
    expect(await journal.get({ name: 'Known', id: 'tagged' })).toMatchObject({
      tags: { shop: 'bonn' },
    });
    await engine.forget({ name: 'Known', id: 'tagged' });
  });

  it('a reason that is too long is cut between characters', async () => {
    await parked('cut');
    const ref = { name: 'Known', id: 'cut' };
    const reason = `${'x'.repeat(999)}🍵 and more`;
    await engine.manual(ref, { act: 'terminate' }, { by: 'ann', reason });
    const { timeline = [] } = (await engine.get(ref)) ?? {};
    expect(timeline.find(({ type }) => type === 'manual')).toMatchObject({
      reason: 'x'.repeat(999),
    });
  });
}
