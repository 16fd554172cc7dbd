import { ratio } from './harness.mjs';
import { table, times, whole } from './table.mjs';

export function timeTable(title, rows) {
  const head = ['', 'median', 'min–max', '÷ by hand', '÷ node-sagas'];
  const lines = Object.values(rows).map(({ name, median, min, max, samples }) => [
    name,
    whole(median),
    `${whole(min)}–${whole(max)}`,
    times(ratio(samples, rows.hand.samples)),
    times(ratio(samples, rows.nodeSagas.samples)),
  ]);
  return table(title, head, lines);
}

export function heapTable(sagas, rows) {
  const lines = Object.values(rows).map(({ name, median }) => [
    name,
    whole(median),
    times(median / rows.hand.median),
    times(median / rows.nodeSagas.median),
  ]);
  const title = `Heap of ${whole(sagas)} sagas waiting in their second step (bytes per saga)`;
  return table(title, ['', 'bytes', '÷ by hand', '÷ node-sagas'], lines);
}

function atMost(goal, value, limit, show) {
  return { goal: `${goal}, at most ${show(limit)}`, value: show(value), met: value <= limit };
}

/** What the library promises, against what was measured. */
export function goals({ times: rows, heap }) {
  const { hand, ours, nodeSagas } = rows;
  const bytes = (value) => `${whole(value)} bytes`;
  const checked = [
    atMost('ours ÷ node-sagas', ratio(ours.samples, nodeSagas.samples), 1, times),
    atMost('ours ÷ by hand', ratio(ours.samples, hand.samples), 2, times),
  ];
  for (const row of heap === undefined ? [] : [heap.ours, heap.oursOnce]) {
    checked.push(atMost(`heap, ${row.name}`, row.median, 1_500, bytes));
  }
  return checked;
}
