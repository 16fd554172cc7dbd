/** Counts the effects of every order, so that a subject that skips or doubles one is found out. */
export class Ledger {
  #done = [];
  #undone = [];

  /** The data of the next saga. */
  open(declined) {
    this.#undone.push(0);
    return { order: this.#done.push(0) - 1, declined };
  }

  get opened() {
    return this.#done.length;
  }

  act(order) {
    this.#done[order] += 1;
  }

  undo(order) {
    this.#undone[order] += 1;
  }

  /** @throws when an order of the first `steps` steps has another count of effects. */
  verify(done, undone) {
    for (let order = 0; order < this.opened; order++) {
      if (this.#done[order] === done && this.#undone[order] === undone) continue;
      throw new Error(
        `order ${order}: ${this.#done[order]} effects and ${this.#undone[order]} undos, ` +
          `not ${done} and ${undone}`,
      );
    }
  }
}
