import 'reflect-metadata';
import {
  SagaDefinitionError,
  type ISagaCompensationContext,
  type ISagaContext,
  type NOTHING_TO_UNDO,
  type ProbeAnswer,
  type SagaStep as CoreSagaStep,
  type SagaTx,
  type StepFailure,
  type StepValue,
} from '../../core/index.js';
import type { MaybeAsync, Runs, StepReturn } from '../../core/result/index.js';
import { STEPS_METADATA, type StepMetadata } from './metadata.js';
import type { StepSettings } from './step-settings.js';

// A method type that any method fits; `never` parameters make it a top type without `any`.
type Method = (...args: never[]) => unknown;

type DataOf<M> = M extends (ctx: infer C, ...rest: never[]) => unknown
  ? NonNullable<C> extends { readonly context: infer T }
    ? T
    : unknown
  : unknown;

/**
 * What a method of a transactional step may take as its second parameter: the type that the application has stated,
 * any where it has stated none.
 */
type Tx<X extends boolean> = X extends true ? [tx: unknown extends SagaTx ? never : SagaTx] : [];

// `never` as the results: a method may declare any result types for `getStepResult`.
type Undo<M extends Method, X extends boolean> = (
  ctx: ISagaCompensationContext<DataOf<M>, StepValue<ReturnType<M>>, never>,
  ...tx: Tx<X>
) => unknown;
// The compiler widens a bare `return 'done'` to `string`: such a method has to state its type,
// `ProbeAnswer`.
type Probe<M extends Method> = (
  ctx: ISagaContext<DataOf<M>, never>,
) => MaybeAsync<StepReturn<ProbeAnswer>>;
type OnError<M extends Method> = (
  failure: StepFailure,
  ctx: ISagaContext<DataOf<M>, never>,
) => unknown;

/** A step is called with its context, and a transaction if it is to be one: a method with further parameters is no step. */
type StepMethod<M, X extends boolean> = (
  ctx: ISagaContext<DataOf<M>, never>,
  ...tx: Tx<X>
) => unknown;

/** The class must have the named methods, public, with parameters that fit the step. */
type Has<
  C extends string,
  P extends string,
  E extends string,
  M extends Method,
  X extends boolean,
> = {
  readonly [K in C]: Undo<M, X>;
} & { readonly [K in P]: Probe<M> } & { readonly [K in E]: OnError<M> };

/** The answers of a probe whose result is not one of the step; a result of type `unknown` passes. */
type Misfit<A, R> = A extends { readonly result?: infer V }
  ? unknown extends V
    ? never
    : [V] extends [R | undefined]
      ? never
      : A
  : never;

/** Refuses probes that bring back another result than the step has. */
type Fitting<T, K extends string, M extends Method> = {
  readonly [N in K & keyof T]: T[N] extends (...args: never[]) => infer A
    ? [Misfit<StepValue<A>, StepValue<ReturnType<M>>>] extends [never]
      ? unknown
      : 'a probe brings back the result that its step has'
    : unknown;
};

/** Refuses methods of those names that return what would never run. */
type Running<T, K extends string> = {
  readonly [N in K & keyof T]: T[N] extends (...args: never[]) => infer R ? Runs<R> : unknown;
};

function staticProblem(owner: { readonly name: string }, method: string): SagaDefinitionError {
  return new SagaDefinitionError(owner.name, [
    `${method}: @SagaStep() stands on a static method; steps are methods of the provider, remove 'static'`,
  ]);
}

/**
 * Makes a method the next step of its saga; steps run in the order of their declaration. A bare
 * string is short for `{ label }`.
 *
 * The compiler checks that `compensate`, `probe` and `onError` name public methods of the class
 * whose parameters fit the step's context and result. What it cannot see fails at start-up.
 *
 * @throws SagaDefinitionError on a static method.
 *
 * @example
 * \@SagaStep({ label: 'ReserveStock', retry: 2, compensate: 'releaseStock' })
 * async reserveStock(ctx: ISagaContext<OrderContext>) { … }
 */
export function SagaStep<
  // The symbol is inferred too, and then left out: to a mere `string` it would be any method at all.
  const C extends string | typeof NOTHING_TO_UNDO = never,
  const P extends string = never,
  const E extends string = never,
  const X extends boolean = false,
>(options: string | StepSettings<C, P, E, X> = {}) {
  const settings: StepSettings = typeof options === 'string' ? { label: options } : options;
  return <
    M extends StepMethod<M, X>,
    T extends Has<Extract<C, string>, P, E, M, X> &
      Running<T, Extract<C, string> | P | E> &
      Fitting<T, P, M> &
      Runs<ReturnType<M>>,
  >(
    target: T,
    method: string,
    _descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    // For a static method the target is the class itself, whose metadata nobody reads.
    if (typeof target === 'function') throw staticProblem(target, method);
    const owner = (target as object).constructor;
    const known = (Reflect.getOwnMetadata(STEPS_METADATA, owner) ?? []) as StepMetadata[];
    Reflect.defineMetadata(STEPS_METADATA, [...known, { method, settings }], owner);
  };
}

/** A step of a hand-built chain: the same name as the decorator's, as a type. */
export type SagaStep<
  TContext,
  TResult = unknown,
  TResults extends object = object,
  TTransaction extends boolean = false,
> = CoreSagaStep<TContext, TResult, TResults, TTransaction>;
