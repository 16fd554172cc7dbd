import {
  isObject,
  MAX_DURATION_MS,
  MAX_NAME_BYTES,
  namesOf,
  nameProblem,
  refuseProblems,
  shown,
  textProblem,
  unknownProblems,
} from '../definition/index.js';
import { timeOfDate } from '../ports/index.js';
import type { SagaBuilderOptions } from './builder-options.js';
import type { SagaStartOptions } from './saga-host.js';

const MAX_TAGS = 32;
const OPTIONS = namesOf<SagaStartOptions>({ id: true, key: true, tags: true, deadline: true });
/** What a chain and its host have beside them. */
const OF_A_CHAIN = namesOf<
  Omit<SagaBuilderOptions, keyof SagaStartOptions> & { readonly resumeFrom: string }
>({
  ...{ definition: true, host: true, environment: true, observers: true, resumeFrom: true },
  ...{ version: true, onCompensationFailure: true },
});

/** Start options, checked, with their defaults. */
export interface StartRequest {
  readonly id: string;
  readonly key: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly deadline: number | null;
}

function isGroup(tags: unknown): tags is Readonly<Record<string, string>> {
  return isObject(tags) && !Array.isArray(tags);
}

function tagProblems(tags: unknown): readonly (string | undefined)[] {
  if (!isObject(tags) || Array.isArray(tags))
    return [`tags must be an object (got ${shown(tags)})`];
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

/** @throws SagaOptionsError with everything that is wrong. */
export function startRequest(
  options: SagaStartOptions,
  newId: () => string,
  now: number,
): StartRequest {
  const { id = newId(), key, deadline } = options;
  // Copied before they are looked at: what is checked is what will be stored.
  const tags = isGroup(options.tags)
    ? Object.fromEntries(Object.entries(options.tags))
    : options.tags;
  refuseProblems([
    ...unknownProblems('a start', options, OPTIONS, OF_A_CHAIN),
    nameProblem('id', id),
    key === undefined ? undefined : nameProblem('key', key),
    ...(tags === undefined ? [] : tagProblems(tags)),
    deadline === undefined ? undefined : deadlineProblem(deadline),
  ]);
  return {
    id,
    key: key ?? null,
    tags: tags ?? {},
    deadline:
      deadline === undefined
        ? null
        : // Times are whole in every journal.
          (timeOfDate(deadline) ?? Math.ceil(now + (deadline as number))),
  };
}
