import type { SagaRecord } from './saga-record.js';
import type { SagaState } from './saga-state.js';
import type { StepState } from './step-state.js';

type Resumed = Extract<SagaRecord, { readonly type: 'resumed' }>;

function reopen(open: StepState, pivoted: boolean): void {
  if (open.phase === 'done') {
    // Past the pivot a result that cannot be stored cannot be undone either: it goes on without it.
    if (pivoted) open.failure = undefined;
    return;
  }
  // The operator vouches for one more round of attempts.
  open.phase = 'interrupted';
  open.attempt = 1;
  if (open.failure !== undefined) {
    open.failure = { error: open.failure.error, retryable: true };
  }
  if (open.doubt === 'probed') open.doubt = 'open';
}

/** Folds that an operator sends a saga forward again. */
export function evolveResumed(state: SagaState, { skip }: Resumed): void {
  const skipped = [...state.skipped, ...skip];
  state.status = 'running';
  // A resume overrides the cancel before it; a deadline that has passed acts anew.
  state.set({ skipped, parked: undefined, cause: undefined, cancel: undefined });
  for (const step of state.open) reopen(step, state.pivoted);
}
