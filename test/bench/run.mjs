// Everything that this library claims about speed: node run.mjs --help
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, workFolder } from './prepare.mjs';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    lib: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (given.help) {
  console.log(`npm run bench -- [options]
  --quick        shorter and fewer rounds: three minutes
  --check        exit with 1 where a goal is missed
  --only A,B     some sections: in-process, sqlite, postgres, restate, failure, growth, latency, extras
  --rounds N     rounds of each subject (7, with --quick 3)
  --lib DIR      measure another build of lib
  --out DIR      where the results go (test/bench/results; with --only or --quick nowhere)`);
  process.exit(0);
}

const lib = prepare(given.lib && resolve(given.lib));
const out = given.out && resolve(given.out);
// The test servers find their programs from there.
process.chdir(new URL('../..', import.meta.url).pathname);
const folder = workFolder();
// The peers and the library are there only now.
const { settingsOf } = await import('./settings.mjs');
const { runSections } = await import('./sections/index.mjs');
const { printReport } = await import('./report/terminal.mjs');
const { writeResults } = await import('./report/write.mjs');

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
const settings = settingsOf({ quick: given.quick, rounds: given.rounds, lib, folder });
const report = await runSections(given.only?.split(','), settings);
console.log(printReport(report));

const whole = given.only === undefined && !given.quick;
const results = out ?? (whole ? new URL('results', import.meta.url).pathname : undefined);
if (results !== undefined) writeResults(results, report);
if (given.check && report.goals.some(({ met }) => !met)) process.exitCode = 1;
