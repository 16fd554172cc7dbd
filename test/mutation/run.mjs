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
    readdirSync(folder).map((file) => `${folder}/${file}`),
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

/** How long the specs of a room take as they are; a mutant may take a few times as long. */
async function checkSound(sandbox, room) {
  const start = performance.now();
  const failed = await sandbox.run(specsFor(room, ''), undefined, 300_000);
  if (failed !== undefined)
    throw new Error(`Without any mutant, the specs of ${room} fail: ${failed}`);
  return 10_000 + 4 * (performance.now() - start);
}

/** By room, the time limit of a mutant in ms; by file, what found one of its mutants. */
const limits = {};
const lately = new Map();

async function work() {
  const { env, stop } = await environment();
  const sandbox = new Sandbox(shared, env);
  try {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const { room, name, file, line } = mutant;
      limits[room] ??= checkSound(sandbox, room);
      const limit = await limits[room];
      const start = performance.now();
      const found =
        (await sandbox.run(specsFor(room, file, lately.get(file)), mutant, limit)) ??
        (compiles(mutant) ? undefined : 'the compiler');
      if (found === undefined) tally[room].survived.push(`${name} (line ${line})`);
      else tally[room].killed += 1;
      const [spec] = /^test\/.*?\.spec\.ts/.exec(found ?? '') ?? [];
      if (spec !== undefined) lately.set(file, [spec]);
      const took = ((performance.now() - start) / 1_000).toFixed(1);
      console.log(
        `${found === undefined ? 'SURVIVED' : 'killed'} ${name} [${took} s] ${found ?? ''}`,
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
