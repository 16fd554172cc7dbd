// Everything that this library claims about speed: node run.mjs --help
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { builtAt, commitOf } from './base.mjs';
import { prepare, workFolder } from './prepare.mjs';
import { COMPARED, SECTIONS } from './sections/sections.mjs';

const OPTIONS = {
  base: { type: 'string' },
  quick: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  only: { type: 'string' },
  rounds: { type: 'string' },
  lib: { type: 'string' },
  out: { type: 'string' },
  help: { type: 'boolean', default: false },
};

/** What is wrong is told before anything is installed or built. */
function options() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const known = Object.keys(values.base === undefined ? SECTIONS : COMPARED);
    const names = values.only?.split(',') ?? known;
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length > 0) {
      throw new Error(`No section '${unknown.join("', '")}'; there are ${known.join(', ')}`);
    }
    const base = values.base === undefined ? undefined : commitOf(values.base);
    if (values.rounds !== undefined && !/^[1-9]\d{0,3}$/.test(values.rounds)) {
      throw new Error(`--rounds must be a whole number from 1 to 9999 (got '${values.rounds}')`);
    }
    if (values.lib !== undefined && !existsSync(join(values.lib, 'index.js'))) {
      throw new Error(
        `--lib must be the folder of a built library (no index.js in '${values.lib}')`,
      );
    }
    return { ...values, names, base };
  } catch (error) {
    console.error(`${error.message}\nSee npm run bench -- --help`);
    process.exit(2);
  }
}

const given = options();

if (given.help) {
  console.log(`npm run bench -- [options]
  --quick        shorter and fewer rounds: five minutes
  --check        exit with 1 where a goal is missed
  --base REV     measure this code and another revision of it in turn, and tell the ratios
  --only A,B     some sections: ${Object.keys(SECTIONS).join(', ')};
                 with --base ${Object.keys(COMPARED).join(', ')}
  --rounds N     rounds in process and of durable sagas (7; with --quick 3 and 2)
  --lib DIR      measure another build of lib
  --out DIR      where the results go (test/bench/results; with any option but --check nowhere)`);
  process.exit(0);
}

const lib = prepare(given.lib && resolve(given.lib));
const base = given.base && { commit: given.base, lib: builtAt(given.base) };
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
const settings = settingsOf({ quick: given.quick, rounds: given.rounds, lib, folder, base });
const report = await runSections(given.names, settings);
console.log(printReport(report));

const isStandard = [given.base, given.only, given.rounds, given.lib].every(
  (value) => value === undefined,
);
const results =
  out ?? (isStandard && !given.quick ? new URL('results', import.meta.url).pathname : undefined);
if (results !== undefined) writeResults(results, report);
if (given.check && report.goals.some(({ met }) => !met)) process.exitCode = 1;
