// Bundles the crash tests next to the built package, which they import by its name, and runs one:
//   node test/crash/run.mjs <sweep|full|soak|stall|contention|transactions> [options]
import { bundle } from '../support/bundle.mjs';

const SCRIPTS = {
  sweep: [
    ...['crash-sweep', 'child', 'in-transaction/child', 'barrier/child'],
    ...['transactional/child', 'requests/child', 'barrier-steps/child'],
  ],
  full: ['crash-sweep-full', 'child'],
  soak: ['soak/main', 'soak/worker'],
  transactions: ['transactional/run', 'transactional/worker'],
  stall: ['soak/stall', 'soak/worker'],
  contention: ['soak/contention', 'soak/worker'],
};

const [name, ...options] = process.argv.slice(2);
if (!Object.hasOwn(SCRIPTS, name)) throw new Error(`Which one? ${Object.keys(SCRIPTS).join(', ')}`);
const scripts = SCRIPTS[name];
const program = await bundle(...scripts.map((script) => `test/crash/${script}.ts`));
process.argv.splice(2, process.argv.length, ...options);
await import(program);
