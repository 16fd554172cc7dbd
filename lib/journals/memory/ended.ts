/** One life of an id: once it is deleted, the id may be used again. */
export interface Life {
  readonly key: string;
  /** The order of creation. */
  readonly ordinal: number;
}

/** The sagas that completed or were compensated, in the order of their end. */
export class Ended {
  readonly #lives: Life[] = [];

  constructor(private readonly max: number) {}

  /** @returns the oldest ones, which are too many now. */
  add(life: Life): readonly Life[] {
    this.#lives.push(life);
    // In slices: removing the first element of a long array, one by one, would move all the others each
    // time.
    if (this.#lives.length < this.max * 1.1 + 1) return [];
    return this.#lives.splice(0, this.#lives.length - this.max);
  }
}
