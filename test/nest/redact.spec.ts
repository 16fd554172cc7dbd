import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  memoryJournal,
  NonRetryableError,
  OutcomeUnknownError,
  Err,
  SagaEvents,
  SagaJournalError,
  SagaOperations,
  type RedactOption,
  type SagaExecutionException,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { boot } from './boot.js';

const SECRET = 'sk-live-4711';
/** Half of it is too much, too. */
const HALF = 'sk-l';
const once = { compensationRetry: 0 };
const said = (where: string): string => `${where} with token=${SECRET} refused`;
const fail = (error: unknown): never => {
  throw error;
};
const failing = (where: string, options?: ErrorOptions): Error => new Error(said(where), options);

interface Part {
  readonly action?: () => unknown;
  readonly compensate?: () => unknown;
  readonly probe?: () => never;
  readonly onError?: () => unknown;
}

/** By the place where the secret is planted: what the only step but one of a saga does. */
const PLACES: Readonly<Record<string, Part>> = {
  message: { action: () => fail(failing('message')) },
  'a long message': { action: () => fail(new Error('x'.repeat(1_989) + ` token=${SECRET}`)) },
  cause: { action: () => fail(new Error('No', { cause: failing('a', { cause: failing('b') }) })) },
  'members of an AggregateError': {
    action: () => fail(new AggregateError([failing('one'), failing('two')], '')),
  },
  name: { action: () => fail(Object.assign(new Error('No'), { name: said('name') })) },
  code: { action: () => fail(Object.assign(new Error('No'), { code: said('code') })) },
  properties: {
    action: () => fail(Object.assign(failing('properties'), { headers: { token: SECRET } })),
  },
  'a thrown text': { action: () => fail(said('text')) },
  'a thrown object': { action: () => fail({ message: said('object'), code: said('code') }) },
  'an Err': { action: () => new Err(failing('Err')) },
  'an Err of a text': { action: () => new Err(said('Err')) },
  'an error of this package': {
    action: () => fail(new NonRetryableError(said('ours'), { cause: failing('cause') })),
  },
  'the end of another saga, unknown': {
    action: () => fail(new SagaJournalError(said('journal'), { cause: failing('driver') })),
  },
  'an undo': {
    action: () => fail(new OutcomeUnknownError(said('unknown'))),
    compensate: () => fail(failing('undo', { cause: failing('cause') })),
  },
  'a probe': {
    action: () => fail(new OutcomeUnknownError(said('unknown'))),
    probe: () => fail(failing('probe')),
  },
  'a hook': { action: () => fail(new Error('No')), onError: () => fail(failing('hook')) },
  'a result that cannot be stored': {
    action: () => ({ [`token=${SECRET}`]: () => undefined }),
  },
};

/** A journal or engine of its own for every run, and what a file of it has kept, as it stands there. */
type Kept = () => readonly [host: SagaModuleOptions, raw: () => string];

const inMemory: Kept = () => [{ journal: memoryJournal() }, () => ''];
const onAnotherEngine: Kept = () => [
  {
    engine: {
      description: 'another engine',
      create: (settings) => new InProcessEngine({ ...settings, journal: memoryJournal() }),
    },
  },
  () => '',
];
const inFile: Kept = () => {
  const folder = tempFolder();
  const read = (name: string): string => readFileSync(join(folder, name), 'latin1');
  const raw = (): string => readdirSync(folder).map(read).join();
  return [{ journal: sqliteJournal({ file: join(folder, 'sagas.db') }) }, raw];
};

afterAll(removeTempFolders);

const shown = (value: unknown): string => inspect(value, { depth: 20, maxStringLength: Infinity });

/** Where everything that became of it can be read, by where. */
async function seen(kept: Kept, redact?: RedactOption) {
  const [host, raw] = kept();
  const logger = new RecordingLogger('debug');
  const given = { logger, ...host, ...(redact === undefined ? {} : { redact }) };
  const { app, sagas } = await boot({}, given);
  const events: unknown[] = [];
  const { events$ } = app.get(SagaEvents);
  events$.subscribe((event) => events.push(event));
  events$.subscribe((event) => event.type === 'completed' && fail(failing('a subscriber')));
  const operations = app.get(SagaOperations);
  const thrown: Record<string, SagaExecutionException> = {};
  const told: Record<string, string> = {};
  for (const [place, { action = () => 1, ...step }] of Object.entries(PLACES)) {
    const before = logger.lines.length;
    await sagas
      .create(place, {}, { id: place })
      .step({ label: 'Fails', compensate: () => 1, compensationRetry: 0, ...step, action })
      .runAsync()
      .catch((error: SagaExecutionException) => (thrown[place] = error));
    told[place] = shown(logger.lines.slice(before));
  }
  const wait = ({ signal }: { readonly signal: AbortSignal }) =>
    new Promise<void>((_, reject) => {
      const aborted = (): void => reject(failing('late', { cause: signal.reason }));
      signal.addEventListener('abort', aborted);
    });
  await sagas
    .create('Late', {}, { id: 'late' })
    .step({ label: 'Hangs', timeout: 5, timeoutGrace: 0, action: wait, compensate: () => 1 })
    .runAsync()
    .catch(() => 0);
  const waiting = await sagas
    .create('Operated', {}, { id: 'operated' })
    .step({ label: 'Waits', action: wait, compensate: () => fail(failing('undo')), ...once })
    .start();
  await operations.cancel('Operated', 'operated', said('cancel'));
  await waiting.result().catch((error: SagaExecutionException) => (thrown['cancel'] = error));
  const why = { by: 'me', reason: said('reason') };
  await operations.terminate('Operated', 'operated', why);
  await sagas
    .create('Told', {}, { id: 'told' })
    .step({
      label: 'Tells',
      action: ({ logger }) => {
        logger.info(said('own line'), { token: SECRET, of: [{ error: failing('own field') }] });
      },
    })
    .runAsync();
  const details = await Promise.all(
    [...Object.keys(PLACES), 'operated'].map((id) =>
      operations.get(id === 'operated' ? 'Operated' : id, id),
    ),
  );
  const list = await operations.list({ limit: 100 });
  const stored = raw();
  await app.close();
  return {
    ...{ thrown, told },
    texts: {
      log: shown(logger.lines),
      events: shown(events),
      exceptions: Object.values(thrown).map(shown).join('\n'),
      details: shown(details),
      list: shown(list),
      stored,
    },
  };
}

const OPTIONS: readonly (readonly [kind: string, option: RedactOption, censor: string])[] = [
  ['a function', (text) => text.replaceAll(SECRET, '***'), '***'],
  ['names', ['Token'], '[REDACTED]'],
  ['paths and a censor', { paths: ['Token'], censor: '***' }, '***'],
];

describe.each([
  ['in memory', inMemory],
  ['on an engine', onAnotherEngine],
  ['in a SQLite file', inFile],
] as const)('forRoot({ redact }) %s', (_, kept) => {
  it.each(OPTIONS)('takes a secret out of all that is told and kept, by %s', async (...args) => {
    const [, option, censor] = args;
    const { texts, thrown } = await seen(kept, option);
    for (const [where, text] of Object.entries(texts)) {
      expect(`${where} ${text.includes(HALF)}`).toBe(`${where} false`);
      if (where !== 'list' && text !== '') expect(text).toContain(censor);
    }
    expect(thrown['message']?.message).toContain(`message with token=${censor}`);
    expect(thrown['message']?.cause).toMatchObject({
      message: said('message').replace(SECRET, censor),
    });
    expect(thrown['cause']?.cause).toMatchObject({
      message: 'No',
      cause: { message: said('a').replace(SECRET, censor), cause: { name: 'Error' } },
    });
    expect(thrown['an undo']?.compensationErrors).toMatchObject([
      { label: 'Fails', error: { message: said('undo').replace(SECRET, censor) } },
    ]);
    expect(thrown['an error of this package']?.cause).toMatchObject({ code: 'SAGA_NON_RETRYABLE' });
    expect(thrown['cancel']?.cause).toMatchObject({ code: 'SAGA_CANCELLED' });
  });
});

describe('without redact', () => {
  it('every planted secret is told or kept, or the tests above prove nothing', async () => {
    const { texts, thrown, told } = await seen(inFile);
    for (const [where, text] of Object.entries(texts)) {
      expect(`${where} ${text.includes(SECRET)}`).toBe(`${where} ${where !== 'list'}`);
    }
    for (const place of Object.keys(PLACES)) {
      const text = `${told[place]}${shown(thrown[place])}`;
      expect(`${place} ${text.includes(SECRET)}`).toBe(`${place} true`);
    }
  });
});
