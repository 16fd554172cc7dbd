import { SagaBarrier, type SagaBarrierOptions } from 'nestjs-saga-orchestrator/participant';
import { sagaCallOf, type SagaCall } from 'nestjs-saga-orchestrator/participant';
import type { SagaTransactions } from 'nestjs-saga-orchestrator/transactions';

/** A database with a table of effects beside the barrier's, as the service of a participant has. */
export interface Grounds {
  /** Those of one process; several have several. */
  transactions(isolation?: string): SagaTransactions<any>;
  /** What is there, seen from outside of any transaction. */
  query(sql: string): Promise<readonly Record<string, any>[]>;
  readonly table: string;
  readonly effects: string;
  readonly schema: string | undefined;
  dispose(): Promise<void>;
}

/** The service under test: it books 1 for an action and -1 for its undo. */
export class Service {
  readonly barrier: SagaBarrier;
  readonly ran: string[] = [];

  constructor(
    readonly grounds: Grounds,
    options: Partial<SagaBarrierOptions> = {},
    isolation?: string,
    readonly transactions = grounds.transactions(isolation),
  ) {
    const { schema } = grounds;
    this.barrier = new SagaBarrier({
      transactions,
      ...(schema === undefined ? {} : { schema }),
      ...options,
    });
  }

  async book(tx: unknown, action: string, delta: number): Promise<void> {
    this.ran.push(`${delta > 0 ? 'do' : 'undo'} ${action}`);
    await this.transactions
      .use(tx)
      .query(
        `INSERT INTO ${this.grounds.effects} (action, delta) VALUES ('${action}', ${delta})`,
        [],
      );
  }

  do<R>(key: string, result?: R): Promise<R> {
    return this.barrier.do(doing(key), async (tx) => {
      await this.book(tx, key, 1);
      return result;
    }) as Promise<R>;
  }

  undo<R>(key: string, result?: R): Promise<R | undefined> {
    return this.barrier.undo(undoing(key), async (tx) => {
      await this.book(tx, key, -1);
      return result;
    }) as Promise<R | undefined>;
  }

  /** The effects that can be seen, by action. */
  async net(): Promise<Readonly<Record<string, number>>> {
    const { effects } = this.grounds;
    const rows = await this.grounds.query(
      `SELECT action, CAST(sum(delta) AS integer) AS net FROM ${effects} GROUP BY action`,
    );
    return Object.fromEntries(rows.map(({ action, net }) => [action, Number(net)]));
  }

  /** `action op ran` of every row of the barrier. */
  async rows(): Promise<readonly string[]> {
    const sql = `SELECT action, op, ran FROM ${this.grounds.table} ORDER BY action, op`;
    const rows = await this.grounds.query(sql);
    return rows.map(({ action, op, ran }) => `${action} ${op} ${ran === true || ran === 1}`);
  }
}

export const doing = (key: string): SagaCall => sagaCallOf({ 'saga-key': key });
export const undoing = (key: string): SagaCall =>
  sagaCallOf({ 'saga-key': `${key}-undo`, 'saga-undo-of': key });

/** Something that somebody waits for, until it is let go. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

export async function codeOf(it: Promise<unknown>): Promise<unknown> {
  return it.then(
    () => 'resolved',
    (error: unknown) => (error as { code?: unknown }).code ?? error,
  );
}
