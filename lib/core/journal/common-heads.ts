/**
 * So many labels are kept; where labels are generated as sagas run, all of them are dropped from time
 * to time.
 */
const MAX_LABELS = 1_000;

/**
 * The texts that first attempts of a step have in common, whichever saga they are of: made once per label
 * and `variant`, for what else is told of them.
 */
export class CommonHeads<V> {
  readonly #byLabel = new Map<string, { readonly variant: V; readonly head: string }>();

  constructor(private readonly make: (label: string, variant: V) => string) {}

  of(label: string, variant: V): string {
    const known = this.#byLabel.get(label);
    if (known?.variant === variant) return known.head;
    if (this.#byLabel.size >= MAX_LABELS) this.#byLabel.clear();
    const head = this.make(label, variant);
    this.#byLabel.set(label, { variant, head });
    return head;
  }
}
