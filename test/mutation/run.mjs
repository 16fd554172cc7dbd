// Makes small mistakes in the code, one at a time, and sees whether the tests find them:
//   npm run test:mutation -- --sample 40 --seed 7 --only machine,engine
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../support/bundle.mjs';
import { EQUIVALENT } from './equivalents.mjs';
import { compiles } from './compiler.mjs';
import { mutantsOf } from './mutants.mjs';
import { ROOMS, specsFor } from './rooms.mjs';
import { Sandbox } from './sandbox.mjs';

const { values: options } = parseArgs({
  options: {
    /** How many mutants in all; without it, every one. */
    sample: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: 'string', default: Object.keys(ROOMS).join(',') },
    /** Only those whose name has this in it. */
    match: { type: 'string', default: '' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});
const ENOUGH = 0.9;
const rooms = options.only.split(',');
for (const room of rooms) {
  if (!Object.hasOwn(ROOMS, room)) throw new Error(`Which? ${Object.keys(ROOMS).join(', ')}`);
}

const require = createRequire(import.meta.url);
require('esbuild-register');
const { shared } = require('../../jest.config.ts');

/** By a hash of its name: another mutant elsewhere changes nothing in the sample. */
const lot = ({ name }) => createHash('sha256').update(`${options.seed} ${name}`).digest('hex');

function chosen(room, count) {
  const files = ROOMS[room].sources.flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file}`),
  );
  const mutants = files
    .flatMap((file) => mutantsOf(file))
    .filter(({ name }) => !Object.hasOwn(EQUIVALENT, name) && name.includes(options.match));
  const drawn = mutants.map((mutant) => ({ ...mutant, room, lot: lot(mutant) }));
  return drawn.sort((one, other) => (one.lot < other.lot ? -1 : 1)).slice(0, count);
}

const each = options.sample === undefined ? undefined : Math.ceil(options.sample / rooms.length);
const queue = rooms.flatMap((room) => chosen(room, each));
const tally = Object.fromEntries(rooms.map((room) => [room, { killed: 0, survived: [] }]));
console.log(`${queue.length} mutants, --seed ${options.seed}`);

async function environment() {
  if (!rooms.some((room) => ROOMS[room].server)) return { env: {}, stop: () => undefined };
  const { start } = await import(await bundle('test/support/postgres-server.ts'));
  const server = await start();
  return { env: { SAGA_TEST_POSTGRES_URL: server.url }, stop: () => server.stop() };
}

const seconds = (since) => ((performance.now() - since) / 1_000).toFixed(1);

/** By spec, the time limit in ms: a mutant may make it take a few times as long as it does now. */
const limits = new Map();
const limitOf = (spec) => limits.get(spec) ?? 30_000;

/** What a spec says counts when it passes without any mutant, also after one: once is looked. */
async function checkSound(sandbox, spec) {
  const start = performance.now();
  const failed = await sandbox.run(spec, 300_000);
  if (failed !== undefined) throw new Error(`Without any mutant, ${spec} fails: ${failed}`);
  limits.set(spec, 15_000 + 4 * (performance.now() - start));
}

const specIn = (found = '') => /^test\/.*?\.spec\.ts/.exec(found)?.[0];

/**
 * What finds a mutant: the specs that are about its file, or have found another mutant of it; the
 * compiler; and then all other specs.
 */
async function findIn(sandbox, mutant) {
  const [near, others] = specsFor(mutant.room, mutant.file, lately.get(mutant.file));
  const found =
    (await sandbox.find(mutant, near, limitOf)) ??
    (compiles(mutant) ? undefined : 'the compiler') ??
    (await sandbox.find(mutant, others, limitOf));
  const spec = specIn(found);
  if (spec === undefined || limits.has(spec)) return found;
  await checkSound(sandbox, spec);
  // How long it takes is known only now: it may have had too little time.
  return found.includes('no end within') ? findIn(sandbox, mutant) : found;
}

/** By file, what found one of its mutants. */
const lately = new Map();

async function work() {
  const { env, stop } = await environment();
  const sandbox = new Sandbox(shared, env);
  try {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const { room, name, file, line } = mutant;
      const start = performance.now();
      const found = await findIn(sandbox, mutant);
      if (found === undefined) tally[room].survived.push(`${name} (line ${line})`);
      else tally[room].killed += 1;
      const spec = specIn(found);
      if (spec !== undefined) lately.set(file, [spec]);
      console.log(
        `${found === undefined ? 'SURVIVED' : 'killed'} ${name} [${seconds(start)} s] ${found ?? ''}`,
      );
    }
  } finally {
    sandbox.close();
    await stop();
  }
}

// However it ends, `exit` is told, and with it the sandboxes.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
await Promise.all(Array.from({ length: Number(options.workers) }, work));

let killed = 0;
let all = 0;
for (const [room, { killed: found, survived }] of Object.entries(tally)) {
  const total = found + survived.length;
  killed += found;
  all += total;
  console.log(`\n${room}: ${found} of ${total} killed (${((100 * found) / total).toFixed(1)} %)`);
  for (const name of survived.sort()) console.log(`  survived: ${name}`);
}
console.log(`\nin all ${killed} of ${all} killed (${((100 * killed) / all).toFixed(1)} %)`);
if (killed < ENOUGH * all) {
  console.log(`That is less than ${100 * ENOUGH} %: write a test for each survivor.`);
  process.exitCode = 1;
}
