import { cells, GOAL_HEAD, goalCells, HEAD } from './cells.mjs';
import { textTable } from './table.mjs';

/** One table: a heading for each part, all in the same columns. */
export function printReport({ parts, goals, seconds }) {
  const rows = parts.flatMap(({ title, rows: found }) => [
    ['', '', '', '', ''],
    [`# ${title}`, '', '', '', ''],
    ...found.map(cells),
  ]);
  const took = `Took ${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const checked = goals.length === 0 ? [] : ['', textTable(GOAL_HEAD, goals.map(goalCells))];
  return ['', textTable(HEAD, rows), ...checked, '', took].join('\n');
}
