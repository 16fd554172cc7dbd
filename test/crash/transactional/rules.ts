import { decodeHead } from '../../../lib/core/journal/index.js';
import type { Seen } from './moves.js';

const MADE = { done: 'do', undone: 'undo' } as const;

/** The rows that a saga must have by its records, each with the epoch of who has written it. */
function expectedRows({ entries }: Seen): readonly { row: string; epoch: number }[] {
  return entries.flatMap(({ head, epoch }) => {
    const record = decodeHead(head);
    if (record.type !== 'done' && record.type !== 'undone') return [];
    return [{ row: `${MADE[record.type]} ${record.label}`, epoch }];
  });
}

/**
 * What another session must never see. T1: a row without its record, a record without its row, either of them twice.
 * T2: a row of an earlier owner after one of a later owner, since rows stand in the order of their records.
 */
export function violationsOf(look: readonly Seen[]): readonly string[] {
  return look.flatMap((saga) => {
    const expected = expectedRows(saga);
    const [rows, records] = [saga.rows.join(', '), expected.map(({ row }) => row).join(', ')];
    const falls = expected.some(({ epoch }, at) => epoch < (expected[at - 1]?.epoch ?? 0));
    return [
      ...(rows === records
        ? []
        : [`T1: ${saga.id} has the rows [${rows}], its records say [${records}]`]),
      ...(falls ? [`T2: ${saga.id} has a row of an earlier owner after one of a later`] : []),
    ];
  });
}

const WHOLE = {
  completed: 'do Debit, do Credit, do Book',
  compensated: 'do Debit, do Credit, undo Credit, undo Debit',
} as const;

/** What is wrong with sagas that must have ended, each effect once. */
export function endsOf(
  look: readonly Seen[],
  mustFail: (id: string) => boolean,
): readonly string[] {
  return look.flatMap(({ id, status, rows }) => {
    const end = mustFail(id) ? 'compensated' : 'completed';
    const isWhole = status === end && rows.join(', ') === WHOLE[end];
    return isWhole ? [] : [`${id} is ${status} with the rows [${rows.join(', ')}], not ${end}`];
  });
}

/** Looks again and again from a session of its own, until it is told to stop. */
export class Watcher {
  readonly found = new Set<string>();
  looks = 0;
  #isOver = false;
  readonly #watching: Promise<void>;

  constructor(look: () => Promise<readonly Seen[]>, pauseMs: number) {
    this.#watching = this.#watch(look, pauseMs);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#watching;
  }

  async #watch(look: () => Promise<readonly Seen[]>, pauseMs: number): Promise<void> {
    while (!this.#isOver) {
      for (const what of violationsOf(await look())) this.found.add(what);
      this.looks += 1;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
