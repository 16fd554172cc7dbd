import type { JournalEntry, NewSaga } from '../../../core/index.js';
import type { Run, StartRequest } from '../../../core/engine/index.js';
import type { Fence } from '../ownership/index.js';

/** All by name: an object that is put together of others takes several times its room. */
export function newSagaOf(
  { state, definition }: Run,
  { ref, access }: Fence,
  { input, birth }: Pick<NewSaga, 'input'> & { readonly birth: string },
  { key, tags, headers, deadline }: StartRequest,
  entries: readonly JournalEntry[],
): NewSaga {
  const { application, name, id } = ref;
  const { owner } = access;
  const { version, fingerprint } = definition;
  const { status } = state;
  return {
    application: application ?? '',
    name,
    id,
    birth,
    version,
    fingerprint,
    status,
    key,
    tags,
    headers,
    deadline,
    input,
    owner,
    entries,
  };
}
