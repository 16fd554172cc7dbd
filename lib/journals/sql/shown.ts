/** A value for an error text: short, in one line, and never the inside of an object. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${JSON.stringify(value.slice(0, 60)).slice(1, -1)}'`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value).slice(0, 60);
}
