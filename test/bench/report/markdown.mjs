import { cells, GOAL_HEAD, goalCells, HEAD } from './cells.mjs';
import { markdownTable } from './table.mjs';

function fewestRounds(settings) {
  const { rounds, durableRounds, heapRounds, growthRounds, latencyRounds, recoveries } = settings;
  return Math.min(rounds, durableRounds, heapRounds, growthRounds, latencyRounds, recoveries);
}

export function markdown({ date, seconds, commit, machine, settings, parts, goals }) {
  const { node, system, processor, memoryGiB } = machine;
  const intro = [
    '# Results',
    '',
    `Written by \`npm run bench\` at ${commit} on ${date.slice(0, 10)} in ${Math.round(seconds / 60)} min: Node ` +
      `${node}, ${system}, ${processor}, ${memoryGiB} GiB. At least ${fewestRounds(settings)} rounds of each, ` +
      'alternately. Compare within one run only: the machine and its disk are shared.',
    '',
    '![durable and in-process sagas per second](results.svg)',
  ];
  const tables = parts.flatMap(({ title, note, rows }) => [
    '',
    `## ${title}`,
    '',
    `${note[0].toUpperCase()}${note.slice(1)}.`,
    '',
    markdownTable(HEAD, rows.map(cells)),
  ]);
  const checked = ['', '## Goals', '', markdownTable(GOAL_HEAD, goals.map(goalCells))];
  return `${[...intro, ...tables, ...checked].join('\n')}\n`;
}
