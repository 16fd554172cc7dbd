/** One saga of its id: deleted, the id may begin another life. */
export interface Life {
  readonly key: string;
  /** Of its creation. */
  readonly ordinal: number;
}

/** The sagas that completed or were compensated, in the order of their end. */
export class Ended {
  readonly #lives: Life[] = [];

  constructor(private readonly max: number) {}

  /** @returns those that are too many now, the oldest. */
  add(life: Life): readonly Life[] {
    this.#lives.push(life);
    // In slices: taking the first of a long array away one by one would move all the others.
    if (this.#lives.length < this.max * 1.1 + 1) return [];
    return this.#lives.splice(0, this.#lives.length - this.max);
  }
}
