import type { SagaDefinition, StepJson } from '../core/index.js';
import { cut } from './text.js';

interface Place {
  readonly step: StepJson;
  /** Steps of the same number begin together. */
  readonly stage: number;
}

function placesOf(definition: SagaDefinition): readonly Place[] {
  const { stages } = definition.toJSON();
  return stages.flatMap(({ steps }, at) => steps.map((step) => ({ step, stage: at + 1 })));
}

function marksOf({ pivot, probe, idempotent, compensateOn }: StepJson): readonly string[] {
  const marks = [
    pivot ? 'pivot: from here on nothing is undone' : '',
    probe ? 'probe' : '',
    idempotent ? '' : 'never repeated',
    compensateOn === 'attempted' ? 'undone also when it failed' : '',
  ];
  return marks.filter((mark) => mark !== '');
}

/** For a terminal: one line a step, in the order of their start. */
export function asciiOf(definition: SagaDefinition): string {
  const { name, version, retired } = definition.toJSON();
  const places = placesOf(definition);
  const labels = [...places.map(({ step }) => step), ...retired].map(({ label }) => label.length);
  const width = Math.max(...labels);
  const line = (number: string, step: StepJson, more: readonly string[]): string => {
    const undo = step.compensate ? '<- undo' : '       ';
    return `${number.padStart(4)}  ${step.label.padEnd(width)}  ${undo}  ${more.join(', ')}`.trimEnd();
  };
  return [
    `${name} v${version}`,
    ...places.map(({ step, stage }) => line(`${stage}`, step, marksOf(step))),
    ...retired.map((step) => line('-', step, ['retired: kept to be undone'])),
    '',
  ].join('\n');
}

const BOX = { width: 220, height: 36, gap: 22, left: 20, right: 300 } as const;

function xml(text: string): string {
  return text.replace(/[<>&"\p{Cc}\p{Cs}]/gu, (char) =>
    /[<>&"]/.test(char) ? `&#${char.charCodeAt(0)};` : '\ufffd',
  );
}

function box(x: number, y: number, text: string, isDouble: boolean): string {
  const frame = (by: number): string =>
    `<rect x="${x + by}" y="${y + by}" width="${BOX.width - 2 * by}" height="${BOX.height - 2 * by}" rx="6"/>`;
  const at = `x="${x + BOX.width / 2}" y="${y + BOX.height / 2 + 4}"`;
  return `${frame(0)}${isDouble ? frame(3) : ''}<text ${at}>${xml(cut(text, 30))}<title>${xml(text)}</title></text>`;
}

function arrow(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${x1} ${y1} L${x2} ${y2}" marker-end="url(#end)"/>`;
}

/** Down the left the steps, up the right their undos; the pivot has a double frame. */
export function svgOf(definition: SagaDefinition): string {
  const places = placesOf(definition);
  const yOf = (at: number): number => 50 + at * (BOX.height + BOX.gap);
  const height = yOf(places.length) + 10;
  const middle = (x: number): number => x + BOX.width / 2;
  const undos = places.flatMap(({ step }, at) => (step.compensate ? [at] : []));
  const parts = [
    ...places.flatMap(({ step }, at) => [
      box(BOX.left, yOf(at), step.label, step.pivot),
      at === 0 ? '' : arrow(middle(BOX.left), yOf(at) - BOX.gap, middle(BOX.left), yOf(at) - 2),
    ]),
    ...undos.flatMap((at, index) => {
      const before = undos[index - 1];
      return [
        box(BOX.right, yOf(at), `undo ${places[at]?.step.label}`, false),
        before === undefined
          ? ''
          : arrow(middle(BOX.right), yOf(at), middle(BOX.right), yOf(before) + BOX.height + 2),
      ];
    }),
  ];
  const title = xml(`${definition.name} v${definition.version}`);
  const style =
    'rect{fill:none;stroke:#475569}path{fill:none;stroke:#475569}text{font:13px sans-serif;text-anchor:middle;fill:#0f172a}';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${BOX.right + BOX.width + 20} ${height}" role="img" aria-label="${title}">`,
    `<style>${style}</style><rect width="100%" height="100%" style="fill:#fff;stroke:none"/>`,
    '<marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8"/></marker>',
    `<text x="${middle(BOX.left)}" y="28">${title}</text>`,
    ...parts.filter((part) => part !== ''),
    '</svg>',
    '',
  ].join('\n');
}
