/**
 * Mutants that no test can find, because they change nothing that anybody could see: name → why.
 * Read what is listed here again when its place changes.
 */
export const EQUIVALENT = {
  'lib/core/machine/evolve-manual.ts | markUndone | forget default: step.undo ??= new UndoState(1) → =':
    'nobody asks for the number of an attempt of an undo that is done',
  'lib/core/machine/evolve.ts | unstorable | other constant: false → true':
    'the step is done: nothing of it is repeated, whatever its failure says',
  'lib/core/machine/evolve-resumed.ts | reopen | other constant: true → false':
    'a resumed step is interrupted, and so is run whatever the failure before says',
  'lib/core/machine/evolve.ts | evolve | mistake operator: state.recoveries > 0 → >=':
    'sets 0 where 0 is',
  'lib/core/machine/next-step.ts | nextStep | mistake operator: state.skipped.length > 0 → >=':
    'the count is a shortcut; by label it comes to the same',
  'lib/core/machine/next-step.ts | nextStep | mistake operator: state.started < forward.length → <=':
    'there is no step behind the last one either',
  'lib/core/machine/saga-state.ts | inherited | other constant: false → true':
    'as above: what is inherited is only looked up by label',
  'lib/engines/in-process/runs/journaled-run.ts | #write | forget statement: this.#busy = this.#next !== undefined; → {}':
    'every write then waits for the one before, which has ended',
  'lib/journals/postgres/claims.ts | forget | forget statement: throw error; → {}':
    'the statement for damaged tags deletes the same, only more slowly; a server that is away fails it, too',
  'lib/journals/postgres/forget-sql.ts | forgettableByAgeSql | mistake SQL: EST} AND created_at <= (SELECT ${NOW}) - $2::big → <':
    'one millisecond of the clock of the server, which no test can hold',
};
