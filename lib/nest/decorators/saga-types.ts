import type { StepValue } from '../../core/index.js';
import type { OpenResults } from '../../core/definition/index.js';

type FirstParameter<M> = M extends (first: infer C, ...rest: never[]) => unknown ? C : never;

/** One function per context that a method asks for: what suits them all must suit each. */
type DemandsOf<S> = {
  [K in keyof S]: FirstParameter<S[K]> extends infer C
    ? [C] extends [never]
      ? never
      : C extends { readonly context: infer T; readonly sagaId: string }
        ? (context: T) => void
        : never
    : never;
}[keyof S];

/**
 * The context that the step methods of a decorated class share: what all of them together ask for;
 * anything when none of them asks for one.
 */
export type SagaContextOf<S> = [DemandsOf<S>] extends [never]
  ? unknown
  : DemandsOf<S> extends (context: infer T) => void
    ? T
    : never;

/**
 * The results of a decorated class, by the names of its methods: `getStepResult` knows them as well as
 * labels, which the compiler does not see.
 */
export type SagaResultsOf<S> = OpenResults & {
  readonly [K in keyof S as S[K] extends (...args: never[]) => unknown ? K : never]: S[K] extends (
    ...args: never[]
  ) => infer R
    ? StepValue<R>
    : never;
};
