/** What opening and closing really do. Neither is called while the other is under way. */
export interface Resource {
  open(onWarning?: (message: string) => void): Promise<void>;
  /** Waits for what is under way, then frees everything. */
  close(): Promise<void>;
}

/**
 * Counts who has opened a journal: applications of one process may share it, one after the other or
 * side by side. The first one opens it, the last one closes it; the next one opens it anew.
 */
export class Users {
  #count = 0;
  #isOpen = false;
  #wasClosed = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(private readonly resource: Resource) {}

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The error message while it is not open. */
  get state(): string {
    return this.#wasClosed ? 'is closed' : 'is not open';
  }

  /** A user whose opening failed does not count. @throws what opening it throws */
  open(onWarning?: (message: string) => void): Promise<void> {
    this.#count += 1;
    return this.#next(async () => {
      if (this.#isOpen) return;
      try {
        await this.resource.open(onWarning);
        this.#isOpen = true;
      } catch (error) {
        // Unless it was closed in the meantime.
        this.#count = Math.max(0, this.#count - 1);
        throw error;
      }
    });
  }

  /** Without effect for as long as it has other users. */
  close(): Promise<void> {
    this.#count = Math.max(0, this.#count - 1);
    return this.#next(async () => {
      if (this.#count > 0) return;
      this.#wasClosed = true;
      if (!this.#isOpen) return;
      try {
        await this.resource.close();
      } finally {
        this.#isOpen = false;
      }
    });
  }

  /** One after the other, in the order of the calls, whatever becomes of those before. */
  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(work);
    this.#tail = done.catch(() => undefined);
    return done;
  }
}
