/** A number as a reader wants it: three digits that count, whole ones in full. */
export function number(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 10 ? 1 : 2);
}

export const HEAD = ['', 'median', 'min–max', 'unit', 'ratio'];

/** What a row is compared with: peers, and the disk. */
function ratioOf({
  ratios = {},
  p99,
  first,
  beside,
  perSync,
  cpu,
  serverCpu,
  garbage,
  commitsPerSaga,
  walSyncsPerSaga,
  total,
  compared,
}) {
  const all = Object.entries(ratios).map(([to, value]) => `${number(value)} × ${to}`);
  if (p99 !== undefined) all.push(`p99 ${number(p99)}`);
  if (first !== undefined) all.push(`first ${number(first)}`);
  if (beside !== undefined) all.push(`${number(beside)} sagas/s`);
  if (perSync !== undefined) all.push(`${number(perSync)} per fdatasync`);
  if (cpu !== undefined) all.push(`${number(cpu)} µs processor`);
  if (serverCpu !== undefined) all.push(`${number(serverCpu)} µs of the server's`);
  if (garbage !== undefined) all.push(`${number(garbage / 1_024)} KiB garbage`);
  if (commitsPerSaga !== undefined) all.push(`${number(commitsPerSaga)} commits/saga`);
  if (walSyncsPerSaga !== undefined) all.push(`${number(walSyncsPerSaga)} WAL syncs/saga`);
  if (compared !== undefined)
    all.push(`${compared.values.map(number).join(' ÷ ')} ${compared.unit}`);
  if (total !== undefined) all.push(`${number(total)} in all`);
  return all.join(', ');
}

export function cells(found) {
  const { name, median, min, max, unit } = found;
  return [name, number(median), `${number(min)}–${number(max)}`, unit, ratioOf(found)];
}

export function goalCells({ goal, limit, value, unit, met }) {
  return [goal, limit, `${number(value)}${unit}`, met ? 'met' : 'MISSED'];
}

export const GOAL_HEAD = ['Goal', 'limit', 'measured', ''];
