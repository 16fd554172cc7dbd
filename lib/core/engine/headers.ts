import { groupProblem, isGroup, shown, textProblem } from '../definition/index.js';
import type { SagaHeaders } from '../execution/index.js';

const MAX_HEADERS = 32;
const MAX_BYTES = 4_096;
/** A token, as HTTP calls it, so that a header can be passed on as it is. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const CONTROL = /[\0-\x08\n-\x1f\x7f]/;

function headerProblem([name, value]: readonly [string, unknown]): string | undefined {
  if (!NAME.test(name)) {
    return `the name of a header must be of letters, digits and -, as those of HTTP (got ${shown(name)})`;
  }
  if (typeof value !== 'string')
    return `header ${shown(name)} must be a string (got ${shown(value)})`;
  if (CONTROL.test(value)) {
    return `header ${shown(name)} must hold no line break and no other control character (got ${shown(value)})`;
  }
  return textProblem(`header ${shown(name)}`, value);
}

/** Everything that is wrong with the headers of a start. */
export function headersProblems(headers: unknown): readonly (string | undefined)[] {
  if (!isGroup(headers)) return [groupProblem('headers', headers)];
  const entries = Object.entries(headers);
  if (entries.length > MAX_HEADERS) {
    return [`headers must be at most ${MAX_HEADERS} (got ${entries.length})`];
  }
  const bytes = entries.reduce(
    (sum, [name, value]: readonly [string, unknown]) =>
      sum + Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 0),
    0,
  );
  const size = `headers must have at most ${MAX_BYTES} bytes, names and values together (got ${bytes})`;
  return [...entries.map(headerProblem), bytes > MAX_BYTES ? size : undefined];
}

/** A frozen copy, so that nobody changes what a saga was started with. */
export function headersOf(entries: Readonly<Record<string, string>>): SagaHeaders {
  return Object.freeze(Object.fromEntries(Object.entries(entries)));
}
