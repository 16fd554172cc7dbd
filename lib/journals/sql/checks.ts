import {
  SagaJournalError,
  type JournalBatch,
  type JournalEntry,
  type NewSaga,
} from '../../core/index.js';
import { storable } from './storable.js';

function checkEntries(entries: readonly JournalEntry[], first = 1): void {
  if (entries.length === 0 || entries.some(({ seq }, index) => seq !== first + index)) {
    throw new SagaJournalError('The records to be stored are none, or their seqs have gaps');
  }
  for (const { head, result, context } of entries) {
    storable('record', head);
    if (result !== null) storable('result', result);
    if (context !== null) storable('context', context);
  }
}

/**
 * @throws SagaSerializationError for text that cannot be kept; SagaJournalError for records that
 * cannot be the first ones of any saga.
 */
export function checkCreate(saga: Omit<NewSaga, 'owner'> & { readonly owner?: string }): void {
  storable('application', saga.application ?? '');
  storable('name', saga.name);
  storable('id', saga.id);
  storable('birth', saga.birth ?? '');
  storable('input', saga.input);
  if (saga.owner !== undefined) storable('owner', saga.owner);
  if (saga.key !== null) storable('key', saga.key);
  for (const [tag, value] of Object.entries(saga.tags)) {
    storable('the name of a tag', tag);
    storable(`tag '${tag}'`, value);
  }
  for (const [header, value] of Object.entries(saga.headers ?? {})) {
    storable('the name of a header', header);
    storable(`header '${header}'`, value);
  }
  checkEntries(saga.entries);
}

/**
 * @throws SagaSerializationError for text that cannot be kept; SagaJournalError for records that
 * cannot be the next ones of any saga.
 */
export function checkAppend({ entries, parked }: JournalBatch): void {
  if (parked?.label !== undefined) storable('label', parked.label);
  checkEntries(entries, entries[0]?.seq);
}
