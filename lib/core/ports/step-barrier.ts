/** An action of a saga, as the barrier before it knows it. */
export interface BarrierAction {
  /** Its idempotency key. */
  readonly key: string;
  /** Counts on from attempt to attempt, and from them to the questions about them, over all processes. */
  readonly count: number;
}

/** An action that is to be undone. */
export interface UndoneAction {
  readonly key: string;
  /** The saga knows that it has run, also where the barrier does not: it ran without one, or its row is gone. */
  readonly hasRun: boolean;
}

/** What stands before the effects of steps in a database that is not the journal's. */
export interface StepBarrier {
  /**
   * Runs the action in a transaction that keeps the text which it brings, too; again when it meets a conflict. Where it
   * has run before, the text of that time is the answer.
   *
   * @throws SagaBlockedError where {@link settle} or {@link undo} came before.
   */
  run(action: BarrierAction, work: (tx: unknown) => Promise<string>): Promise<string>;
  /** Runs the undo in a transaction, once, and never before its action nor without it, which is then never run. */
  undo(action: UndoneAction, work: (tx: unknown) => Promise<unknown>): Promise<void>;
  /**
   * What was kept of the action, where it has run; where not, attempts of a lower count never will. Waits for one that is
   * under way.
   */
  settle(action: BarrierAction): Promise<string | undefined>;
  /** The result in a text that was kept by `do()`, before the step stood behind the barrier. */
  read(key: string, text: string): unknown;
}

/** Where an engine gets it from: a `SagaBarrier` of `./participant` is one. */
export interface StepBarrierSource {
  readonly steps: StepBarrier;
}
