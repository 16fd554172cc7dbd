import {
  groupProblem,
  isGroup,
  MAX_DURATION_MS,
  MAX_NAME_BYTES,
  namesOf,
  nameProblem,
  refuseProblems,
  SAGA_OPTIONS,
  shown,
  textProblem,
  unknownProblems,
} from '../definition/index.js';
import { NO_HEADERS, type SagaHeaders } from '../execution/index.js';
import { timeOfDate } from '../ports/index.js';
import type { SagaStartOptions } from './saga-host.js';
import { headersOf, headersProblems } from './headers.js';

const MAX_TAGS = 32;
const OPTIONS = namesOf<SagaStartOptions>({
  ...{ id: true, key: true, tags: true, deadline: true, headers: true },
  transaction: true,
});
/** What a chain takes beside the options of a start; a finished plan has its settings already. */
const BESIDES = [
  ...['definition', 'host', 'environment', 'observers', 'resumeFrom'],
  ...Object.keys(SAGA_OPTIONS),
];
const BESIDES_A_PLAN = BESIDES.filter((name) => !Object.hasOwn(SAGA_OPTIONS, name));

/** Start options, checked, with their defaults. */
export interface StartRequest {
  readonly id: string;
  readonly key: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly headers: SagaHeaders;
  readonly deadline: number | null;
}

function tagProblems(tags: unknown): readonly (string | undefined)[] {
  if (!isGroup(tags)) return [groupProblem('tags', tags)];
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS)
    return [`tags must be at most ${MAX_TAGS} (got ${entries.length})`];
  return entries.flatMap(([name, value]) => [
    nameProblem('the name of a tag', name),
    typeof value === 'string' && Buffer.byteLength(value) <= MAX_NAME_BYTES
      ? textProblem(`tag ${shown(name)}`, value)
      : `tag ${shown(name)} must be a string of at most ${MAX_NAME_BYTES} bytes (got ${shown(value)})`,
  ]);
}

function deadlineProblem(deadline: unknown): string | undefined {
  const time = timeOfDate(deadline);
  const ms = time ?? deadline;
  const bad = typeof ms !== 'number' || Number.isNaN(ms) || ms < 0;
  if (!bad && (time !== undefined || ms <= MAX_DURATION_MS)) return undefined;
  return `deadline must be a valid Date, or ms from now up to ${MAX_DURATION_MS} (got ${shown(deadline)})`;
}

/** One engine takes it, and looks at it before: see {@link startRequest}. */
function transactionProblem(transaction: unknown): string | undefined {
  if (transaction === undefined) return undefined;
  return (
    'transaction cannot be used here: no journal is there that could store the saga in it. Write a row of your ' +
    'own in your transaction, and start the saga for it after the commit, under an id that follows from the row, ' +
    'so that a second start does nothing'
  );
}

/** What is wrong with the values of options. */
function valueProblems({
  id,
  key,
  tags,
  headers,
  deadline,
}: Partial<Record<keyof SagaStartOptions, unknown>>): readonly (string | undefined)[] {
  return [
    id === undefined ? undefined : nameProblem('id', id),
    key === undefined ? undefined : nameProblem('key', key),
    ...(tags === undefined ? [] : tagProblems(tags)),
    ...(headers === undefined ? [] : headersProblems(headers)),
    deadline === undefined ? undefined : deadlineProblem(deadline),
  ];
}

const NO_TAGS = Object.freeze({});

/** Whether nothing is given that must be checked, but perhaps an id, as in most starts. */
function isIdAlone(options: object, besides: readonly string[]): boolean {
  // Without the list that Object.keys() makes; what is inherited makes the checks thorough, and is no mistake.
  for (const name in options) if (name !== 'id' && !besides.includes(name)) return false;
  return true;
}

/**
 * For those who make a chain for users: these may not give its host or its plan, but the options of its
 * start, and those named in `more`.
 *
 * @throws SagaOptionsError with everything that is wrong.
 */
export function checkStart(of: string, options: unknown, more: readonly string[] = []): void {
  if (!isGroup(options)) return refuseProblems([groupProblem(`the options of ${of}`, options)]);
  const unknown = unknownProblems(of, options, [...OPTIONS, ...more]);
  if (unknown.length > 0) refuseProblems([...unknown, ...valueProblems(options)]);
}

/**
 * `transaction` is refused: an engine that can start a saga in one leaves it out of what it hands in.
 *
 * @throws SagaOptionsError with everything that is wrong.
 */
export function startRequest(
  options: SagaStartOptions,
  newId: () => string,
  now: number,
): StartRequest {
  if (!isGroup(options)) refuseProblems([groupProblem('the options of a start', options)]);
  const { id = newId(), key, deadline } = options;
  const isPlanned = (options as { definition?: unknown }).definition !== undefined;
  const besides = isPlanned ? BESIDES_A_PLAN : BESIDES;
  if (isIdAlone(options, besides) && nameProblem('id', id) === undefined) {
    return { id, key: null, tags: NO_TAGS, headers: NO_HEADERS, deadline: null };
  }
  // Copied before they are checked, so that what is checked is what will be stored.
  const tags = isGroup(options.tags)
    ? Object.fromEntries(Object.entries(options.tags))
    : options.tags;
  const headers = isGroup(options.headers) ? headersOf(options.headers) : options.headers;
  refuseProblems([
    ...unknownProblems('a start', options, OPTIONS, besides),
    ...valueProblems({ id, key, tags, headers, deadline }),
    transactionProblem(options.transaction),
  ]);
  return {
    id,
    key: key ?? null,
    tags: tags ?? NO_TAGS,
    headers: headers ?? NO_HEADERS,
    deadline:
      deadline === undefined
        ? null
        : // Times are whole in every journal.
          (timeOfDate(deadline) ?? Math.ceil(now + (deadline as number))),
  };
}
