import { UNREADABLE, type SqlRow } from '../sql/index.js';

const STRICT = new TextDecoder('utf-8', { fatal: true });
const LENIENT = new TextDecoder();
/** What stands in the place of bytes that are no text. */
const REPLACEMENT = '\ufffd';

/**
 * A text as its bytes. Read as text, bytes that are no UTF-8 end the whole process in some drivers, and
 * become other text in others.
 */
export function bytesOf(column: string): string {
  return `CAST(${column} AS BLOB)`;
}

/** The text of what `bytesOf` has brought; `undefined` when it is none. */
export function textOf(bytes: unknown): string | undefined {
  try {
    return STRICT.decode(bytes as Uint8Array);
  } catch {
    return undefined;
  }
}

/** Columns that are read as one value, the bytes of a JSON object: a value each would cost twice the time. */
export function together(columns: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(columns).map(([name, column]) => `'${name}', ${column}`);
  return `${bytesOf(`json_object(${pairs.join(', ')})`)} AS columns`;
}

/** A row of which `together` was selected. */
export function apart({ columns }: SqlRow): SqlRow {
  const text = textOf(columns);
  if (text !== undefined) return JSON.parse(text) as SqlRow;
  const row = JSON.parse(LENIENT.decode(columns as unknown as Uint8Array)) as SqlRow;
  const unreadable = Object.keys(row).filter((name) => String(row[name]).includes(REPLACEMENT));
  return { ...row, [UNREADABLE]: unreadable.join(', ') };
}

/** The same for clients of other people's, of which some bring no bytes back. */
export function inHex(select: string): string {
  return `SELECT hex(columns) AS columns FROM (${select})`;
}

/** As {@link apart}, of what `inHex` has brought. */
export function apartFromHex({ columns }: SqlRow): SqlRow {
  const bytes: unknown = Buffer.from(String(columns), 'hex');
  return apart({ columns: bytes as SqlRow[string] });
}
