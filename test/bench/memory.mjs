import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare } from './prepare.mjs';

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    'round-ms': { type: 'string', default: '100' },
    sagas: { type: 'string', default: '100000' },
    isolate: { type: 'boolean', default: false },
    'no-heap': { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    json: { type: 'string' },
    core: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (given.help) {
  console.log(`npm run bench:memory -- [options]
  --rounds N      rounds per subject, at least 7 (15)
  --round-ms N    length of a round (100)
  --sagas N       waiting sagas whose heap is measured (100000)
  --isolate       each subject and round in a fresh process
  --no-heap       times only
  --json FILE     write all samples
  --check         exit with 1 where a goal is missed
  --core DIR      measure another build of lib/core`);
  process.exit(0);
}

const core = prepare(given.core === undefined ? undefined : resolve(given.core));
// The peers and the library are there only now.
const { measureHeap, measureTimes } = await import('./measure.mjs');
const { heapTable, goals, timeTable } = await import('./report.mjs');

const settings = {
  core,
  rounds: Math.max(7, Number(given.rounds)),
  roundMs: Number(given['round-ms']),
  isolate: given.isolate,
};
const result = {
  node: process.version,
  settings: { ...settings, core: undefined },
  times: await measureTimes(settings),
  failures: await measureTimes({ ...settings, rounds: 7, declined: true }),
  heap: given['no-heap'] ? undefined : await measureHeap(core, Number(given.sagas)),
};

const note = `ns per saga, ${settings.rounds} rounds`;
console.log();
console.log(timeTable(`3 async no-op steps, logging off (${note})`, result.times));
console.log(timeTable('The last step fails, the others are undone (ns per saga)', result.failures));
if (result.heap !== undefined) console.log(heapTable(given.sagas, result.heap));

const checked = goals(result);
for (const { goal, value, met } of checked)
  console.log(`${met ? 'ok    ' : 'MISSED'} ${goal}: ${value}`);
if (given.json !== undefined) {
  writeFileSync(given.json, `${JSON.stringify({ ...result, goals: checked }, null, 2)}\n`);
}
if (given.check && checked.some(({ met }) => !met)) process.exitCode = 1;
