/** Answers that cost something, kept for a while: many browsers that look are one question. */
export class Cache {
  readonly #kept = new Map<string, { readonly until: number; readonly value: Promise<unknown> }>();

  constructor(private readonly now: () => number = Date.now) {}

  /** One that fails is not kept; how long may depend on what it is. */
  get<T>(key: string, ms: number | ((value: T) => number), make: () => Promise<T>): Promise<T> {
    const now = this.now();
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > now) return known.value as Promise<T>;
    for (const [other, { until }] of this.#kept) if (until <= now) this.#kept.delete(other);
    const value = make();
    this.#kept.set(key, { until: typeof ms === 'number' ? now + ms : Infinity, value });
    value.then(
      (made) => {
        if (typeof ms === 'function') this.#kept.set(key, { until: this.now() + ms(made), value });
      },
      () => this.#kept.delete(key),
    );
    return value;
  }
}
