export { Err, Ok, ResultFactory, type Result } from './result.js';
export { isFinal, ResultError } from './result-error.js';
export { isResultLike, type ResultLike } from './result-like.js';
export { isObservableLike, lastValueOf, type ObservableLike } from './observable-like.js';
export type { MaybeAsync, Runs, StepReturn, StepValue } from './step-value.js';
