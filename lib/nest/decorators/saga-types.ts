import type { StepValue } from '../../core/index.js';

type FirstParameter<M> = M extends (first: infer C, ...rest: never[]) => unknown ? C : never;

type ContextsOf<S> = {
  [K in keyof S]: FirstParameter<S[K]> extends infer C
    ? [C] extends [never]
      ? never
      : C extends { readonly context: infer T; readonly sagaId: string }
        ? T
        : never
    : never;
}[keyof S];

/** The context that the step methods of a decorated class share. */
export type SagaContextOf<S> = ContextsOf<S>;

/** The results of a decorated class by method name: its label when none was given. */
export type SagaResultsOf<S> = {
  readonly [K in keyof S as S[K] extends (...args: never[]) => unknown ? K : never]: S[K] extends (
    ...args: never[]
  ) => infer R
    ? StepValue<R>
    : never;
};
