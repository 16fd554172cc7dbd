/** Lets so many through in a second, whoever asks. */
export class RateLimit {
  #since = 0;
  #used = 0;

  constructor(private readonly perSecond: number) {}

  take(now = Date.now()): boolean {
    if (now - this.#since >= 1_000 || now < this.#since) {
      this.#since = now;
      this.#used = 0;
    }
    return ++this.#used <= this.perSecond;
  }
}
