import type { SagaRef } from '../../core/index.js';

/** One life of a saga: once it is deleted, its id may be used again. Not the saga itself, which may be forgotten. */
export interface Life extends SagaRef {
  /** The order of creation. */
  readonly ordinal: number;
}

const NONE: readonly Life[] = [];

/** The sagas that completed or were compensated, in the order of their end. */
export class Ended {
  readonly #lives: Life[] = [];

  constructor(private readonly max: number) {}

  /** @returns the oldest ones, which are too many now. */
  add(life: Life): readonly Life[] {
    this.#lives.push(life);
    // In slices: removing the first element of a long array, one by one, would move all the others each
    // time.
    if (this.#lives.length < this.max * 1.1 + 1) return NONE;
    return this.#lives.splice(0, this.#lives.length - this.max);
  }
}
