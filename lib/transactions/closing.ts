/** Makes the handle of a transaction useless that has ended, where its client leaves it usable. */
export const CLOSE = Symbol('close');

/** What an adapter has beside its public part, for what stands on top of it. */
export interface Closing<Tx> {
  [CLOSE]?(tx: Tx): void;
}
