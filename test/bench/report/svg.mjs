import { number } from './cells.mjs';

const WIDTH = 860;
const LABELS = 300;
const VALUES = 90;
const LINE = 22;
const COLOURS = { ours: '#2f6f9f', theirs: '#b8b8b8' };

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** All as sagas per second, so that one axis serves them. */
function perSecond({ name, unit, median, min, max }) {
  if (unit === 'sagas/s') return { name, median, min, max };
  return { name, median: 1e9 / median, min: 1e9 / max, max: 1e9 / min };
}

function bar({ name, median, min, max }, x, y) {
  const colour = name.startsWith('ours') ? COLOURS.ours : COLOURS.theirs;
  const middle = y + LINE / 2;
  return [
    `<text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>`,
    `<rect x="${LABELS}" y="${y + 4}" width="${x(median) - LABELS}" height="${LINE - 8}" fill="${colour}"/>`,
    `<line x1="${x(min)}" x2="${x(max)}" y1="${middle}" y2="${middle}" stroke="#222"/>`,
    `<text x="${x(max) + 6}" y="${middle + 4}">${number(median)}</text>`,
  ].join('');
}

function axis(x, low, high, bottom) {
  const ticks = [];
  for (let value = low; value <= high; value *= 10) {
    ticks.push(
      `<line x1="${x(value)}" x2="${x(value)}" y1="34" y2="${bottom}" stroke="#e4e4e4"/>`,
      `<text x="${x(value)}" y="${bottom + 16}" text-anchor="middle">${value.toLocaleString('en-US')}</text>`,
    );
  }
  return ticks.join('');
}

/** Bars of the medians with lines from the least to the greatest, on a logarithmic scale. */
export function svg({ parts }) {
  const rows = parts.flatMap((part) => part.rows.filter(({ plot }) => plot).map(perSecond));
  if (rows.length === 0) return undefined;
  const low = 10 ** Math.floor(Math.log10(Math.min(...rows.map(({ min }) => min))));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...rows.map(({ max }) => max))));
  const room = WIDTH - LABELS - VALUES;
  const x = (value) =>
    Math.round(LABELS + (room * Math.log10(value / low)) / Math.log10(high / low));
  const bottom = 38 + rows.length * LINE;
  const bars = rows.map((found, at) => bar(found, x, 38 + at * LINE));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 24}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LABELS}" y="22" font-weight="bold">sagas of three no-op steps per second (median, min to max; logarithmic)</text>
${axis(x, low, high, bottom)}
${bars.join('\n')}
</svg>
`;
}
