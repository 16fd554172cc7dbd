import type { ParkReason, SagaFilter, SagaStatus } from '../core/index.js';
import { withoutUndefined } from '../core/definition/index.js';
import type { Call } from './call.js';
import { CliError } from './exit.js';

function tagsOf(given: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (given.length === 0) return undefined;
  return Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf('=');
      if (at < 1) throw new CliError(`--tag must be name=value (got '${one}')`);
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}

const some = (words: readonly string[]): readonly string[] | undefined =>
  words.length === 0 ? undefined : words;

/** Which sagas; what the journal does not know of it, it refuses itself. @throws CliError */
export function filterOf(call: Call, reasons: readonly string[] = []): SagaFilter {
  return withoutUndefined({
    application: call.application,
    name: call.text('name'),
    status: some(call.list('status')) as readonly SagaStatus[] | undefined,
    parkReason: some([...call.list('park-reason'), ...reasons]) as
      readonly ParkReason[] | undefined,
    key: call.text('key'),
    tags: tagsOf(call.list('tag')),
    createdAfter: call.since,
  }) as SagaFilter;
}
