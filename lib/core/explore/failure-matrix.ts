import type { SagaDefinition, StepDefinition } from '../definition/index.js';
import { simulate, type SimulatedFault, type Simulation } from './simulate.js';

/** What can befall a step, one column each. */
export const FAILURES = [
  'says no',
  'keeps failing',
  'answer is lost',
  'process dies in it',
  'cancelled in it',
  'its undo fails',
] as const;

export type Failure = (typeof FAILURES)[number];

export interface FailureMatrixRow {
  readonly label: string;
  /** How the saga ends when it befalls this step. */
  readonly ends: Readonly<Record<Failure, Simulation>>;
}

/** More often than any policy tries: the caps of retries are lower. */
const ALWAYS = Number.MAX_SAFE_INTEGER;

function faultsOf({ label }: StepDefinition, failure: Failure): readonly SimulatedFault[] {
  switch (failure) {
    case 'says no':
      return [{ label, kind: 'says-no' }];
    case 'keeps failing':
      return [{ label, kind: 'fails', times: ALWAYS }];
    case 'answer is lost':
      return [{ label, kind: 'answer-lost', times: ALWAYS }];
    case 'process dies in it':
      return [{ label, kind: 'crash' }];
    case 'cancelled in it':
      return [{ label, kind: 'cancel' }];
    case 'its undo fails':
      return [
        { label, kind: 'cancel' },
        { label, direction: 'undo', kind: 'fails', times: ALWAYS },
      ];
  }
}

/**
 * How a saga ends for every failure of every step that runs: computed by the functions that run it, so
 * that it cannot disagree with what it does. A probe is taken to tell the truth.
 */
export function failureMatrix(definition: SagaDefinition): readonly FailureMatrixRow[] {
  return definition.forward.map((step) => ({
    label: step.label,
    ends: Object.fromEntries(
      FAILURES.map((failure) => [failure, simulate(definition, faultsOf(step, failure))]),
    ) as Record<Failure, Simulation>,
  }));
}

function cellOf({ status, parkReason, undone, standing }: Simulation): string {
  const what = [parkReason === undefined ? status : `${status}: ${parkReason}`];
  if (undone.length > 0) what.push(`undone ${undone.join(', ')}`);
  if (status !== 'completed' && standing.length > 0) what.push(`standing ${standing.join(', ')}`);
  return what.join('; ');
}

/** A cell of Markdown must not end where a label has a bar or a line break. */
function escaped(text: string): string {
  return text.replace(/[\\|]/g, '\\$&').replace(/\s+/g, ' ');
}

/** The matrix as a Markdown table, to look at in a review. */
export function failureMatrixMarkdown(matrix: readonly FailureMatrixRow[]): string {
  const rows = [
    ['step', ...FAILURES],
    ['---', ...FAILURES.map(() => '---')],
    ...matrix.map(({ label, ends }) => [
      escaped(label),
      ...FAILURES.map((failure) => escaped(cellOf(ends[failure]))),
    ]),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
