import type { StepDefinition } from '../definition/index.js';
import { SagaStateError } from '../errors/index.js';
import { CutOffError, type TransactionOptions } from '../journal/index.js';
import { intentOf, type SagaRecord } from '../machine/index.js';
import { shownSaga } from '../ports/index.js';
import { ActionContext } from './action-context.js';
import { checkedAction } from './checked-result.js';
import { CompensationContext } from './compensation-context.js';
import { invokeFenced, Stopped } from './invoke.js';
import { letSettle } from './let-settle.js';
import { noteFailure, noteUndoFailure, stopIfNoOutcome, tellOnError } from './note-failure.js';
import { failedRecord, reasonOf, undoFailedRecord } from './outcome.js';
import { allOf, isPending, unwrap, unwrapUndo } from './returned.js';
import type { TransactionalWork, Transacted } from './run-persistence.js';
import type { Run } from './run.js';

type Call = (ctx: never, tx: unknown) => unknown;

/** One attempt of a transactional step, in one direction. */
class TransactionalAttempt implements TransactionalWork {
  /** What the last run of its transaction has seen. */
  ctx: ActionContext;
  #hasRun = false;
  #result: unknown;

  constructor(
    private readonly run: Run,
    private readonly step: StepDefinition,
    private readonly attempt: number,
    private readonly isUndo: boolean,
  ) {
    this.ctx = this.#begun();
  }

  get options(): TransactionOptions | undefined {
    const { transactionIsolation: isolation } = this.step.policy;
    return isolation && { isolation };
  }

  get mayRepeat(): boolean {
    const { state } = this.run;
    return !state.atRest && (this.isUndo || state.cancel === undefined);
  }

  async perform(tx: unknown): Promise<ActionContext> {
    // What an earlier run of the transaction has changed of the context was rolled back with it.
    if (this.#hasRun) {
      this.end();
      this.ctx = this.#begun();
    }
    this.#hasRun = true;
    const { run, step, isUndo } = this;
    const ctx = this.ctx;
    const call = isUndo ? (step.compensate as Call) : checkedAction(step);
    let isOver = true;
    let working: Promise<unknown> = Promise.resolve();
    const called = (seen: never): unknown => {
      isOver = false;
      working = whole(call, seen, tx, ctx);
      const over = (): void => void (isOver = true);
      working.then(over, over);
      return working;
    };
    const { timeout, compensationTimeout, timeoutGrace: grace } = step.policy;
    const limit = isUndo ? compensationTimeout : timeout;
    try {
      const returned = await invokeFenced(run, ctx, called, isUndo ? 'undo' : 'action', limit);
      this.#result = isUndo ? unwrapUndo(returned) : unwrap(returned);
    } catch (thrown) {
      // Its statements must not come after the rollback.
      const settled = working.then(ignore, ignore);
      if (!isOver) run.unsettled = [...run.unsettled, { settled, grace }];
      await letSettle(run);
      throw isOver ? thrown : new CutOffError(thrown);
    }
    return ctx;
  }

  records(): readonly SagaRecord[] {
    const { run, step, attempt, isUndo } = this;
    const { label, policy } = step;
    if (run.stopped?.when === 'now') throw new Stopped(run.stopped.error);
    if (this.ctx.aborted !== undefined) throw this.ctx.aborted;
    if (isUndo) return [this.#intent(), { type: 'undone', label, attempt }];
    const { pivot } = policy;
    return [this.#intent(), { type: 'done', label, attempt, result: this.#result, pivot }];
  }

  instead(error: unknown): readonly SagaRecord[] {
    const { run, step, ctx } = this;
    const failed = this.isUndo
      ? undoFailedRecord(run, ctx, step, reasonOf(error))
      : failedRecord(run, ctx, step, error);
    return [this.#intent(), failed];
  }

  /** Notes that it was rolled back; nothing of one that a cancel has cut off. @throws as `noteFailure` does */
  async noteRolledBack(error: unknown): Promise<void> {
    const { run, step, ctx } = this;
    const stopping = stopIfNoOutcome(run, ctx, this.isUndo ? 'the undo of step' : 'step', error);
    if (stopping !== undefined) await stopping;
    if (!this.mayRepeat) return;
    run.note(this.#intent());
    await (this.isUndo ? noteUndoFailure : noteFailure)(run, ctx, step, error);
  }

  /** The same where the journal has recorded it. */
  async tellRolledBack(error: unknown): Promise<void> {
    const { run, step, ctx } = this;
    const isTold = !this.isUndo && step.policy.onError !== undefined;
    if (isTold) await tellOnError(run, ctx, step, reasonOf(error));
  }

  end(): void {
    this.run.ended(this.ctx);
  }

  #begun(): ActionContext {
    const ctx = new (this.isUndo ? CompensationContext : ActionContext)(
      this.run,
      this.step,
      this.attempt,
    );
    this.run.began(ctx);
    return ctx;
  }

  #intent(): SagaRecord {
    const { step, attempt } = this;
    if (this.isUndo) return { type: 'undo-started', label: step.label, attempt };
    return intentOf(step, attempt);
  }
}

/** What comes of a call in the end, an observable and what is inside an `Ok` included. */
async function whole(call: Call, seen: never, tx: unknown, ctx: ActionContext): Promise<unknown> {
  const value = await call(seen, tx);
  return isPending(value) ? allOf(value, ctx) : value;
}

function ignore(): void {}

/**
 * Performs one attempt of a transactional step. Before it nothing is noted of it, so that there is nothing that a crash
 * could leave in doubt; what was noted earlier is durable first, as before any effect.
 *
 * @throws what the run was stopped with; a journal or lease error.
 */
export async function performInTransaction(
  run: Run,
  step: StepDefinition,
  attempt: number,
  isUndo: boolean,
): Promise<void> {
  const { persistence, sagaName, sagaId } = run;
  if (persistence?.transact === undefined) {
    const saga = shownSaga(sagaName, sagaId);
    throw new SagaStateError(`Saga ${saga} has transactional steps, which cannot run here`);
  }
  const work = new TransactionalAttempt(run, step, attempt, isUndo);
  if (persistence.isUnwritten === true) run.note({ type: 'accepted' });
  let end: Transacted | undefined;
  try {
    await persistence.flush();
    if (run.stopped?.when === 'now') throw run.stopped.error;
    await persistence.confirm();
    if (work.ctx.aborted === undefined && !run.state.atRest) end = await persistence.transact(work);
  } finally {
    work.end();
  }
  if (end === undefined || end.committed) return;
  if (end.recorded) await work.tellRolledBack(end.error);
  else await work.noteRolledBack(end.error);
}
