export type Rows = readonly Readonly<Record<string, unknown>>[];

/** The rows of an answer, whether it is a list of them or has one; none, of a statement that answers none. */
export function rowsOf(answer: unknown): Rows {
  const rows: unknown = (answer as { readonly rows?: unknown } | undefined)?.rows ?? answer;
  return Array.isArray(rows) ? (rows as Rows) : [];
}
