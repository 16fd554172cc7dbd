import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdown } from './markdown.mjs';
import { svg } from './svg.mjs';

/** Numbers to six digits: what is beyond says nothing. */
function rounded(_key, value) {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}

export function writeResults(folder, report) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(report, rounded, 1)}\n`);
  writeFileSync(join(folder, 'results.md'), markdown(report));
  const plot = svg(report);
  if (plot !== undefined) writeFileSync(join(folder, 'results.svg'), plot);
  process.stderr.write(`Written to ${folder}\n`);
}
