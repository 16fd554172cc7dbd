import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { defineSaga } from 'nestjs-saga-orchestrator/core';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { bundle, startProgram, type RunningProgram } from '../journals/sqlite/child-program.js';
import { postgresStore } from '../journals/postgres-store.js';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { Call } from '../../lib/cli/call.js';
import { saga, type Said, type Setting } from './terminal.js';

const PATIENCE = '20s';
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

const postgres = postgresStore(['fsync=off']);
let programs: { readonly shop: string; readonly bin: string };
const running: RunningProgram[] = [];

beforeAll(() => {
  const folder = tempFolder();
  programs = {
    shop: bundle('../../cli/shop-program.ts', folder),
    bin: bundle('../../../lib/cli/main.ts', folder),
  };
});

afterAll(async () => {
  for (const { process, gone } of running) {
    process.kill('SIGKILL');
    await gone;
  }
  removeTempFolders();
});

/** An application, running, and a terminal beside it. */
async function opened(address: string) {
  const folder = tempFolder();
  const shop = startProgram(programs.shop, [address, folder]);
  running.push(shop);
  await shop.said('ready');
  const env = { SAGA_JOURNAL: address, SAGA_ACTOR: 'ann' };
  const ask = (...words: string[]): Promise<Said> => saga(words, { env });
  const asked = (setting: Setting, ...words: string[]): Promise<Said> =>
    saga(words, { ...setting, env: { ...env, ...setting.env } });
  return {
    ...{ address, shop, ask, asked, env },
    repair: () => writeFileSync(join(folder, 'repaired'), ''),
    /** As a process of its own. */
    bin: (command: string) =>
      promisify(execFile)(
        '/bin/bash',
        ['-c', command.replaceAll('saga ', `"${process.execPath}" "${programs.bin}" `)],
        {
          env: { ...process.env, ...env, NODE_NO_WARNINGS: '1' },
          maxBuffer: 64 * 1_048_576,
        },
      ),
  };
}

const STORES: readonly [store: string, address: () => string][] = [
  ['SQLite', () => `sqlite:${join(tempFolder(), 'sagas.db')}`],
  ['Postgres', () => `${postgres.server.url}?schema=${postgres.schema()}`],
];

describe.each(STORES)('the command line beside a running application, on %s', (store, address) => {
  let shop: Awaited<ReturnType<typeof opened>>;
  const ask = (...words: string[]) => shop.ask(...words);
  const idsOf = ({ lines }: Said) => lines.map(({ id }) => id as string);

  beforeAll(async () => {
    shop = await opened(address());
  });

  it('lists, counts and shows', async () => {
    const all = await ask('list', '--json');
    expect(all.exit).toBe(0);
    expect(all.lines).toHaveLength(7);
    expect(all.lines[0]).toMatchObject({ name: 'Order', id: 'slow-1', status: 'running' });
    expect(
      idsOf(await ask('list', '--status', 'parked', '--reason', 'in-doubt', '--json')),
    ).toEqual(['lost-1']);
    expect(
      idsOf(await ask('list', '--tag', 'tenant=hooli', '--limit', '2', '--json')),
    ).toHaveLength(2);
    expect(idsOf(await ask('list', '--since', '1h', '--status', 'completed', '--json'))).toEqual([
      'fine-1',
    ]);
    const table = await ask('list', '--utc');
    expect(table.out).toMatch(/^status +saga +id +created +age +where +key +tags\n/);
    expect(table.out).toMatch(/parked +Order +stuck-1 +\S+ \S+Z +.*Reserve · compensation-failed/);

    const counts = await ask('count', '--by', 'status', '--json');
    expect(counts.lines).toContainEqual({ status: 'parked', sagas: 4 });
    expect((await ask('count')).out).toMatch(/Order +running +1\n/);

    const shown = await ask('show', 'Order', 'stuck-1');
    expect(shown.exit).toBe(6);
    expect(shown.out).toContain('Order stuck-1  parked: compensation-failed at Reserve');
    expect(shown.out).toMatch(/still to be undone +Reserve/);
    expect(shown.out).toMatch(/Reserve +✘ undo failed: the warehouse is closed/);
    expect(shown.out).not.toContain('4111 1111');
    const json = await ask('show', 'Order', 'fine-1', '--payloads', '--json');
    expect(json.exit).toBe(0);
    expect(json.lines).toMatchObject([
      { status: 'completed', account: { standing: ['Reserve', 'Charge', 'Tell'] }, requests: [] },
    ]);
    expect(json.lines[0].payloads).toContainEqual({
      what: 'result of Charge',
      value: { receipt: 'r-1' },
    });
    expect((await ask('show', 'Order', 'fine-1', '--payloads')).out).toMatch(
      /card: '4111 1111 1111 1111'/,
    );
  });

  it('knows the sagas of one application alone', async () => {
    const other = await ask('list', '--application', 'other', '--json');
    expect(other.lines).toMatchObject([{ application: 'other', id: 'fine-1' }]);
    const missing = await ask('show', 'Order', 'stuck-1', '--application', 'other');
    expect([missing.exit, missing.err]).toEqual([
      4,
      "saga: No saga Order 'stuck-1' is known in application 'other'\n",
    ]);
    const named = await shop.asked({ env: { SAGA_APPLICATION: 'other' } }, 'count', '--json');
    expect(named.lines).toEqual([{ name: 'Order', status: 'completed', sagas: 1 }]);
  });

  it('says what is not there, and what the saga does not take', async () => {
    const unknown = await ask('cancel', 'Order', 'nobody', '--reason', 'a test');
    expect([unknown.exit, unknown.err]).toEqual([
      4,
      "saga: No saga Order 'nobody' is known among those without an application; --application names one\n",
    ]);
    expect((await ask('requests', 'nobody')).exit).toBe(4);
    expect((await ask('diagram', 'Nothing')).exit).toBe(4);
    const over = await ask('cancel', 'Order', 'fine-1', '--reason', 'too late', '--wait', PATIENCE);
    expect(over.exit).toBe(5);
    expect(over.out).toMatch(/^request \S+: refused, .*its pivot step is done/);
  });

  it('has a worker of the application do what was asked for, and tells who and why', async () => {
    const again = [
      'retry-undos',
      'Order',
      'stuck-1',
      '--reason',
      'warehouse opens',
      '--wait',
      PATIENCE,
    ];
    shop.repair();
    expect((await ask(...again, '--by', 'eve')).exit).toBe(0);
    expect((await ask('watch', 'Order', 'stuck-1')).exit).toBe(0);
    const shown = await ask('show', 'Order', 'stuck-1');
    expect(shown.exit).toBe(0);
    expect(shown.out).toContain('⟲ compensations are tried again by eve: warehouse opens');

    const doubt = ['mark', 'done', 'Order', 'lost-1', 'Charge', '--result', '{"receipt":"r-9"}'];
    expect((await ask(...doubt, '--reason', 'the bank says so', '--wait', PATIENCE)).exit).toBe(0);
    expect((await ask('watch', 'Order', 'lost-1', '--json')).lines.at(-1)).toMatchObject({
      type: 'completed',
    });

    expect(
      (await ask('cancel', 'Order', 'slow-1', '--reason', 'too slow', '--wait', PATIENCE)).exit,
    ).toBe(0);
    expect((await ask('watch', 'Order', 'slow-1')).out).toContain('✋ cancelled by ann: too slow');

    const audit = await ask('audit', '--json');
    expect(audit.lines.map(({ act, by, origin, outcome }) => [act, by, origin, outcome])).toEqual([
      ['cancel', 'ann', 'cli', 'done'],
      ['mark-done', 'ann', 'cli', 'done'],
      ['retry-compensation', 'eve', 'cli', 'done'],
      ['cancel', 'ann', 'cli', 'refused'],
    ]);
    expect((await ask('audit', '--by', 'eve')).out).toMatch(
      /done +retry-compensation +Order +stuck-1 +eve/,
    );
  });

  it('acts on many by a filter, once it was told to', async () => {
    const filter = [
      'bulk',
      'retry-undos',
      '--name',
      'Order',
      '--park-reason',
      'compensation-failed',
    ];
    const dry = await ask(...filter);
    expect([dry.exit, dry.out.split('\n')[0]]).toEqual([0, '2 sagas']);
    expect(dry.err).toContain('Nothing was done');
    expect((await ask('requests', '--open', '--json')).lines).toEqual([]);
    const done = await ask(...filter, '--reason', 'the warehouse is open', '--yes');
    expect([done.exit, done.out]).toEqual([0, '2 requests\n']);
    const [, named = ''] = /saga requests --bulk (\S+)'/.exec(done.err) ?? [];
    expect((await ask('requests', '--bulk', named, '--json')).lines).toHaveLength(2);
    while ((await ask('requests', '--open', '--json')).lines.length > 0);
    for (const id of ['stuck-2', 'stuck-3']) {
      expect((await ask('watch', 'Order', id)).out).toContain('by ann: the warehouse is open');
    }
    const other = ['bulk', 'cancel', '--application', 'other', '--name', 'Order'];
    const elsewhere = await ask(...other, '--reason', 'a test', '--yes', '--json');
    expect(elsewhere.lines).toMatchObject([{ application: 'other', id: 'fine-1' }]);
    expect(elsewhere.lines[0]?.bulk).toEqual(expect.any(String));
    const back = ['--application', 'other', '--reason', 'a mistake'];
    const own = elsewhere.lines[0]?.bulk as string;
    const away = await ask('withdraw', '--bulk', own, ...back);
    // A process of that application runs, and may have been quicker.
    expect([away.exit, away.out]).toEqual([
      0,
      expect.stringMatching(/^[01] requests: withdrawn\n$/),
    ]);
    expect((await ask('withdraw', '--bulk', 'none', ...back)).exit).toBe(4);
    expect((await ask('withdraw', ...back)).exit).toBe(2);
    expect((await ask('withdraw', own, '--bulk', own, ...back)).exit).toBe(2);
    expect((await ask('bulk', 'cancel', '--reason', 'all of them', '--yes')).exit).toBe(2);
    expect((await ask('bulk', 'terminate', '--name', 'Order')).err).toContain(
      'bulk takes cancel, resume',
    );
  });

  it('draws plans without their code, and knows what they lead to', async () => {
    expect((await ask('diagram', 'Order')).out).toContain('s1{{"Charge (pivot)"}}');
    expect((await ask('diagram', 'Order', '--format', 'ascii')).out).toMatch(
      /^Order v1\n +1 {2}Reserve {2}<- undo\n/,
    );
    expect((await ask('diagram', 'Order', '--format', 'svg')).out).toMatch(
      /^<svg [^]*undo Reserve[^]*<\/svg>\n$/,
    );
    expect((await ask('matrix', 'Order')).out).toMatch(
      /Charge +says no +compensated +undone Reserve/,
    );
    expect((await ask('matrix', 'Order', '--md')).out).toMatch(/^\| step \| says no \|/);
    const diff = await ask('plan', 'diff', '--json');
    expect([diff.exit, diff.lines]).toEqual([
      0,
      [expect.objectContaining({ name: 'Order', version: 1, missing: [] })],
    ]);
    const doctor = await ask('doctor');
    expect(doctor.exit).toBe(0);
    expect(doctor.out).toMatch(
      /✔ {2}processes +\d alive, package \S+, application \S+; they know Order/,
    );
    expect(doctor.out).toMatch(
      store === 'SQLite'
        ? /✔ {2}size +[1-9]\d* kB\n/
        : /✔ {2}size +[1-9]\d* kB, (\w+ [1-9]\d* kB, )*sagas [1-9]\d* kB/,
    );
  });

  it('sends nothing raw to a terminal that others have written, and colours only there', async () => {
    const { out } = await ask('list', '--status', 'compensated');
    const id = (await ask('list', '--status', 'compensated', '--json')).lines
      .map((one) => one.id as string)
      .find((one) => one.startsWith('evil')) as string;
    expect(id).toMatch(UNSAFE);
    expect(out).toContain('evil-1\\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\u000d\\u000aforged');
    const shown = await shop.bin(
      `saga show Order $'${JSON.stringify(id).slice(1, -1)}' --payloads`,
    );
    expect(shown.stdout).toContain('declined \\u001b[2J');
    expect(shown.stdout.length).toBeLessThan(20_000);
    const json = await ask('show', 'Order', id, '--payloads', '--json');
    for (const text of [out, shown.stdout, json.out, (await ask('audit')).out])
      expect(text).not.toMatch(UNSAFE);
    expect(json.lines[0].payloads[0].value.huge).toHaveLength(300_000);

    const colours = { env: { FORCE_COLOR: '', NO_COLOR: '' }, isTTY: true };
    expect((await shop.asked(colours, 'list')).out).toContain('\u001b[');
    expect((await shop.asked({ ...colours, env: { NO_COLOR: '1' } }, 'list')).out).not.toContain(
      '\u001b[',
    );
    expect((await shop.asked({ env: { FORCE_COLOR: '1' } }, 'list')).out).toContain('\u001b[');
  });

  it('ends quietly when whoever reads has enough', async () => {
    const { stdout, stderr } = await shop.bin(
      'saga list --json | head -n 1; echo "${PIPESTATUS[0]}"',
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('0');
    expect(stderr).toBe('');
    const id = (await ask('list', '--json')).lines.find((one) => one.id.startsWith('evil'))
      .id as string;
    const cut = await shop.bin(
      `saga show Order $'${JSON.stringify(id).slice(1, -1)}' --payloads --json | head -c 10 >/dev/null; echo "\${PIPESTATUS[0]}"`,
    );
    expect([cut.stdout, cut.stderr]).toEqual(['0\n', '']);
  });

  it('leaves a request for later where nobody is there, and takes it back', async () => {
    shop.shop.process.kill('SIGKILL');
    await shop.shop.gone;
    const asked = await ask(
      'forget',
      'Order',
      'fine-1',
      '--reason',
      'a test',
      '--wait',
      '300ms',
      '--json',
    );
    expect(asked.exit).toBe(7);
    const [{ request }] = asked.lines;
    expect(asked.err).toContain(`saga withdraw ${request}`);
    expect((await ask('show', 'Order', 'fine-1')).out).toContain(
      `request ${request} to forget by ann: a test`,
    );
    expect((await ask('requests', '--open')).out).toMatch(
      new RegExp(`open +${request} .* forget +Order`),
    );
    expect((await ask('withdraw', request, '--reason', 'changed my mind')).exit).toBe(0);
    expect((await ask('withdraw', request, '--reason', 'changed my mind')).exit).toBe(5);
    expect((await ask('requests', request, '--json')).lines).toMatchObject([
      { outcome: 'withdrawn' },
    ]);
  });
});

describe('the command line without a journal that it can read', () => {
  const at = (address: string, ...words: string[]) => saga([...words, '--journal', address]);

  it('says what is wrong with the command line', async () => {
    const wrong: readonly [words: readonly string[], message: string][] = [
      [['lst'], "saga: 'lst' is no command; there are list, show, watch, count"],
      [['list', '--nope'], "saga: Unknown option '--nope'"],
      [['show', 'Order'], "saga: It is called as 'saga show <name> <id>' (got 1 of these)"],
      [['list', '--limit', '0'], "saga: --limit must be a whole number from 1 (got '0')"],
      [['list', '--since', 'soon'], 'saga: --since must be a time like 24h'],
      [['list', '--tag', 'x'], "saga: --tag must be name=value (got 'x')"],
      [['list'], 'saga: Say where the sagas are, by --journal or SAGA_JOURNAL'],
      [
        ['list', '--journal', 'mysql://root:secret@db/x'],
        'saga: The address of the journal must be like',
      ],
      [
        ['list', '--journal', 'postgres://u:se/cret#@db:x'],
        'saga: The address of the journal is no URL',
      ],
      [['cancel', 'Order', 'o-1'], 'saga: --reason is missing'],
      [
        ['mark', 'maybe', 'Order', 'o-1', 'Charge'],
        'saga: A step is marked as done, not-done or undone',
      ],
      [['mark', 'done', 'Order', 'o-1', 'Charge', '--result', '{'], 'saga: --result must be JSON'],
      [['count', '--by', 'owner'], 'saga: --by must be of name, status and reason'],
    ];
    for (const [words, message] of wrong) {
      const { exit, out, err } = await saga(words);
      expect([words, exit, out]).toEqual([words, 2, '']);
      expect(err.slice(0, message.length)).toBe(message);
      expect(err).toMatch(/^[^\n]*\n$/);
      expect(err).not.toMatch(/secret|se\/cret/);
    }
    expect((await saga([])).exit).toBe(2);
    expect((await saga(['--help'])).out).toContain('saga show <name> <id>');
    expect((await saga(['list', '--help'])).out).toContain('--park-reason <reason>');
    expect((await saga(['--version'])).out).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('never makes or changes a file, unless it is told to migrate it', async () => {
    const folder = tempFolder();
    const missing = `sqlite:${join(folder, 'none.db')}`;
    const nothing = await at(missing, 'list');
    expect([nothing.exit, nothing.err]).toEqual([
      3,
      `saga: The journal sqlite ${join(folder, 'none.db')} is not there\n`,
    ]);
    writeFileSync(
      join(folder, 'text.db'),
      'no database at all, but long enough to be looked at '.repeat(40),
    );
    expect(await at(join(folder, 'text.db'), 'list')).toMatchObject({ exit: 3 });
    writeFileSync(join(folder, 'empty.db'), '');
    const empty = await at(join(folder, 'empty.db'), 'list');
    expect(empty.exit).toBe(3);
    expect(empty.err).toMatch(
      /has schema version 0, and this package needs 1; run 'npx saga migrate'/,
    );
    expect((await at(join(folder, 'empty.db'), 'migrate', '--check')).exit).toBe(3);
    expect((await at(join(folder, 'empty.db'), 'migrate')).exit).toBe(0);
    expect((await at(join(folder, 'empty.db'), 'migrate', '--check')).exit).toBe(0);
    expect((await at(join(folder, 'empty.db'), 'list')).err).toContain('No such sagas');
  });

  it('tells what it can of sagas that a later version wrote, and of undos that a plan lacks', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const journal = sqliteJournal({ file });
    await journal.open();
    const step = (label: string) => ({ label, action: () => 1, compensate: () => 1 });
    const before = defineSaga('Order', [step('Reserve'), step('Charge')]);
    const after = defineSaga('Order', [step('Reserve'), step('Pay')], { version: 2 });
    const started = { type: 'started', label: 'Charge', attempt: 1, owesUndo: true };
    const done = { type: 'done', label: 'Charge', attempt: 1 };
    const other = { type: 'done', label: 'Reserve', attempt: 1 };
    const records = {
      later: [{ type: 'promised' }],
      mixed: [{ type: 'promised' }, done, other],
      'older-1': [started, { type: 'parked', reason: 'in-doubt' }],
    };
    for (const [id, all] of Object.entries(records)) {
      const entries = all.map((one, at) => {
        const head = JSON.stringify(one);
        const result = one.type === 'done' ? '"r-1"' : null;
        return { seq: at + 1, at: 0, epoch: 1, head, result, context: null };
      });
      const row = {
        version: 1,
        fingerprint: before.fingerprint,
        key: null,
        tags: {},
        deadline: null,
      };
      await journal.create({
        name: 'Order',
        id,
        ...row,
        input: '{}',
        owner: 'o',
        status: 'parked',
        entries,
      });
    }
    await journal.savePlans?.('', [before.toJSON()]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await journal.savePlans?.('', [after.toJSON()]);
    await journal.close();
    const diff = await at(file, 'plan', 'diff');
    expect(diff.exit).toBe(1);
    expect(diff.out).toBe(
      'Order v2  3 sagas are not over\n  new: Pay\n  gone: Charge\n' +
        '  ✘ no undo of Charge, which 1 of them owe (older-1): keep it as a retired step\n',
    );
    const doctor = await at(file, 'doctor');
    expect([doctor.exit, doctor.out]).toEqual([1, expect.stringContaining('✘  undos')]);
    expect((await at(file, 'show', 'Order', 'later')).out).toContain('1 records cannot be read');
    const mixed = await at(file, 'show', 'Order', 'mixed', '--payloads', '--json');
    expect(mixed.lines[0].payloads).toMatchObject([
      { what: 'input' },
      { what: 'result of Charge' },
      { what: 'result of Reserve' },
      { what: 'context now' },
    ]);
  });

  const PARKED = { type: 'parked', reason: 'in-doubt' };

  /** A file with so many sagas of one name. */
  async function fileOf(count: number, input = '{}', record: object = PARKED): Promise<string> {
    const file = join(tempFolder(), 'sagas.db');
    const journal = sqliteJournal({ file });
    await journal.open();
    const head = JSON.stringify(record);
    const status = record === PARKED ? ('parked' as const) : ('running' as const);
    const of = { name: 'Order', version: 1, fingerprint: 'f', key: null, tags: {}, deadline: null };
    for (let n = 1; n <= count; n++) {
      const entries = [{ seq: 1, at: 0, epoch: 1, head, result: null, context: null }];
      await journal.create({ ...of, id: `o-${n}`, input, owner: 'o', status, entries });
    }
    await journal.close();
    return file;
  }

  const BULK = ['bulk', 'forget', '--name', 'Order', '--reason', 'a test', '--yes'];

  it('leaves all requests of a bulk, also when whoever reads has enough', async () => {
    const file = await fileOf(250);
    const line = `"${process.execPath}" "${programs.bin}" ${BULK.map((word) => `'${word}'`).join(' ')}`;
    await promisify(execFile)('/bin/bash', ['-c', `${line} --json --journal ${file} | head -n 1`]);
    const left = await at(file, 'requests', '--open', '--limit', '300', '--json');
    expect(left.lines).toHaveLength(250);
  });

  it('takes back a bulk that was a mistake', async () => {
    const file = await fileOf(120);
    const left = await saga([...BULK, '--json', '--journal', file]);
    const named = left.lines[0]?.bulk as string;
    // Also for whoever finds it after the process that has left it was killed.
    expect((await at(file, 'requests', '--open')).out).toContain(`  ${named}\n`);
    const own = await at(file, 'forget', 'Order', 'o-7', '--reason', 'that one');
    expect(own.exit).toBe(0);
    const back = ['withdraw', '--bulk', named, '--reason', 'a mistake', '--by', 'eve'];
    const stopped = await saga([...back, '--journal', file], { signal: AbortSignal.abort() });
    expect([stopped.exit, stopped.err]).toEqual([1, 'Stopped: the others are still open.\n']);
    const all = await at(file, ...back, '--json');
    expect([all.exit, all.lines]).toEqual([0, [{ bulk: named, withdrawn: 120, inHand: 0 }]]);
    expect((await at(file, 'requests', '--open', '--json')).lines).toMatchObject([{ id: 'o-7' }]);
    const audit = await at(file, 'audit', '--limit', '200', '--json');
    expect(audit.lines).toHaveLength(120);
    expect(audit.lines[0]).toMatchObject({ outcome: 'withdrawn', message: 'eve: a mistake' });
  });

  it.each([
    ['leaves something running', 'setInterval(() => 1, 1000);', [0, /^ByHand v1\n/, /^$/]],
    ['ends the program', 'process.exit(0);', [1, /^$/, /^saga: It was ended before .* answer\n$/]],
    [
      'waits for ever',
      'await new Promise(() => 1);',
      [1, /^$/, /ended before it had an answer\n$/],
    ],
    ['fails', 'throw new Error("no port");', [1, /^$/, /--app cannot be loaded: no port/]],
  ] as const)('is not misled by a module that %s', (_what, code, [exit, out, err]) => {
    const folder = tempFolder();
    const waits = code.startsWith('await');
    const app = waits ? join(folder, 'plan.mjs') : bundle('../../cli/plan.ts', folder, code);
    if (waits) writeFileSync(app, code);
    // The others cannot import a file that is named to them.
    const bin = join(folder, 'main.mjs');
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    const entryPoints = [join(__dirname, '../../lib/cli/main.ts')];
    const asItIs = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
    buildSync({ ...asItIs, entryPoints, outfile: bin, logLevel: 'error' });
    const words = ['diagram', 'ByHand', '--format', 'ascii', '--app', app];
    const said = spawnSync(process.execPath, [bin, ...words], { timeout: 20_000 });
    expect([said.status, String(said.stdout), String(said.stderr)]).toEqual([
      exit,
      expect.stringMatching(out),
      expect.stringMatching(err),
    ]);
  });

  it('stops a bulk at Ctrl-C, and says how many are left', async () => {
    const file = await fileOf(2);
    const signal = AbortSignal.abort();
    const stopped = await saga([...BULK, '--journal', file], { signal });
    expect([stopped.exit, stopped.out]).toEqual([1, '0 requests\n']);
    expect(stopped.err).toContain(
      'Stopped: requests for 0 of 2 sagas stand, and none for the others.',
    );
  });

  it('ends by Ctrl-C where nothing heeds it, and hears it where something does', async () => {
    const started = { type: 'started', label: 'Charge', attempt: 1, owesUndo: true };
    const file = await fileOf(1, '{}', started);
    const begun = (words: readonly string[], journal: string) =>
      spawn(process.execPath, [programs.bin, ...words, '--journal', journal]);
    const watch = begun(['watch', 'Order', 'o-1'], file);
    await once(watch.stdout, 'data');
    watch.kill('SIGINT');
    expect(await once(watch, 'exit')).toEqual([0, null]);

    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const list = begun(['list'], `postgres://u@127.0.0.1:${port}/x?sslmode=disable`);
    const [socket] = (await once(silent, 'connection')) as [Socket];
    list.kill('SIGINT');
    // A program that does not end by it does so now.
    setTimeout(() => socket.destroy(), 5_000).unref();
    expect(await once(list, 'exit')).toEqual([null, 'SIGINT']);
    socket.destroy();
    silent.close();
  });

  it('judges sagas by the plan of their own version where one process brings both', async () => {
    const step = (label: string) => ({ label, action: () => 1, compensate: () => 1 });
    const plans = [
      defineSaga('Order', [step('Charge')]).toJSON(),
      defineSaga('Order', [step('Pay')], { version: 2 }).toJSON(),
    ];
    const started = { type: 'started', label: 'Charge', attempt: 1, owesUndo: true };
    const file = await fileOf(1, '{}', started);
    const journal = sqliteJournal({ file });
    await journal.open();
    await journal.savePlans?.('', plans);
    await journal.close();
    const diff = await at(file, 'plan', 'diff', '--json');
    expect([diff.exit, diff.lines]).toMatchObject([0, [{ version: 2, open: 1, missing: [] }]]);
  });

  it('says when it watches all of a name, and more has changed than it is told', async () => {
    const file = await fileOf(1);
    const stop = new AbortController();
    let asked = 0;
    const changes = async () => {
      if ((asked += 1) === 2) stop.abort();
      return { refs: [], isPartial: asked === 2, cursor: 'c' };
    };
    const given = jest.spyOn(Call.prototype, 'insight').mockResolvedValue({ changes } as never);
    const { exit, err } = await saga(['watch', 'Order', '--journal', file], {
      signal: stop.signal,
    });
    given.mockRestore();
    expect([exit, err]).toEqual([
      0,
      "More has changed than is told here; 'saga list' shows all of it.\n",
    ]);
  });

  it('never keeps a result in clear text beside what another codec wrote', async () => {
    const file = await fileOf(1, 'aes1:k1:abc');
    const words = ['mark', 'done', 'Order', 'o-1', 'Charge', '--reason', 'the bank says so'];
    const refused = await at(file, ...words, '--result', '{"card":"4111"}');
    expect([refused.exit, refused.err]).toEqual([
      2,
      'saga: Another codec keeps what this saga has: give it by --codec\n',
    ]);
    expect((await at(file, 'requests', '--json')).lines).toEqual([]);
    expect((await at(file, ...words)).exit).toBe(0);
  });

  it('tells a Postgres that is away, not migrated, or of a later release, and no password', async () => {
    const { url } = postgres.server;
    const wrong = url.replace('postgres@', 'postgres:s3cret@').replace(/:\d+\//, ':1/');
    const away = await at(wrong, 'list');
    expect([away.exit, away.out]).toEqual([3, '']);
    expect(away.err).toMatch(
      /^saga: The journal postgres .* cannot be opened: .*ECONNREFUSED[^\n]*\n$/,
    );
    expect(away.err).not.toContain('s3cret');
    const schema = postgres.schema();
    const address = `${url}?schema=${schema}`;
    const bare = await at(address, 'list');
    expect(bare.exit).toBe(3);
    expect(bare.err).toMatch(
      /has schema version 0, and this package needs \d+; run what postgresJournalSql/,
    );
    expect((await at(address, 'migrate', '--sql')).out).toContain(
      `CREATE SCHEMA IF NOT EXISTS "${schema}"`,
    );
    expect((await at(address, 'migrate')).exit).toBe(0);
    await postgres.query(`INSERT INTO "${schema}".saga_schema VALUES (99, 0)`);
    const later = await at(address, 'list');
    expect([later.exit, later.err]).toEqual([3, expect.stringContaining('update the package')]);
    const doctor = await at(address, 'doctor');
    expect(doctor.out).toContain('update the package');
    expect([doctor.exit, (await at(wrong, 'doctor')).exit, (await saga(['doctor'])).exit]).toEqual([
      3, 3, 2,
    ]);
    expect((await at(`${url}?schema=Bad-Name`, 'list')).exit).toBe(2);
  });

  it('is a program that begins quickly and has the exit code of what it did', () => {
    const began = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [programs.bin, 'show', 'x'], {
      encoding: 'utf8',
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect([status, stderr.split('\n').length]).toEqual([2, 2]);
  });
});
