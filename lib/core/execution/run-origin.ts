/** What a saga was started with for those who trace it: `traceparent`, `baggage`, an id to correlate by. */
export type SagaHeaders = Readonly<Record<string, string>>;

/** Where a saga comes from; known to every process that drives it. */
export interface RunOrigin {
  readonly headers: SagaHeaders;
  /** When it was started, in ms since the epoch. */
  readonly createdAt: number;
}

export const NO_HEADERS: SagaHeaders = Object.freeze({});
