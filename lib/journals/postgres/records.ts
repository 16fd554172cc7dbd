import type { SagaRecords, SagaRef } from '../../core/index.js';
import { recordsOf } from '../sql/index.js';
import { isItemFault } from './failures.js';
import type { Reader, Send } from './reader.js';
import type { Tables } from './tables.js';

/** The head of each record of one text; `x` has it. */
const HEADS = `(SELECT coalesce(json_agg(json_build_array(r.value -> 0, r.value -> 1, r.value -> 2, r.value -> 3)), '[]')
  FROM json_array_elements(x.records::json) AS r (value))`;

/** `$1` applications, `$2` names, `$3` ids: of each saga its appends, packed without payloads. */
export function recordsSql({ sagas, appends }: Tables): string {
  return `SELECT i.place, (SELECT json_agg(${HEADS} ORDER BY x.first_seq) FROM (
        SELECT 0 AS first_seq, s.initial_records AS records
        UNION ALL
        SELECT a.first_seq, a.records FROM ${appends} a WHERE a.saga = s.saga
      ) x) AS appends
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS i (application, name, id, place)
    JOIN ${sagas} s ON s.application = i.application AND s.name = i.name AND s.id = i.id`;
}

async function whole(reader: Reader, ref: Required<SagaRef>): Promise<readonly SagaRecords[]> {
  const stored = await reader.load(ref);
  if (stored === undefined) return [];
  const { damage } = stored;
  const entries = stored.entries.map(({ seq, at, epoch, head }) => ({ seq, at, epoch, head }));
  return [damage === undefined ? { ref, entries } : { ref, entries, damage }];
}

/** In one statement; where the records of one of them are no JSON, one by one. */
export async function recordsFor(
  tables: Tables,
  send: Send,
  reader: Reader,
  refs: readonly Required<SagaRef>[],
): Promise<readonly SagaRecords[]> {
  const values = [
    refs.map(({ application }) => application),
    refs.map(({ name }) => name),
    refs.map(({ id }) => id),
  ];
  try {
    const rows = await send({ text: recordsSql(tables), values });
    const found = new Map(rows.map(({ place, appends }) => [Number(place), String(appends)]));
    return refs.flatMap((ref, at) => {
      const text = found.get(at + 1);
      if (text === undefined) return [];
      const appends = JSON.parse(text) as readonly unknown[];
      return recordsOf(
        ref,
        appends.map((heads) => JSON.stringify(heads)),
      );
    });
  } catch (error) {
    if (!isItemFault(error)) throw error;
    const read: SagaRecords[] = [];
    for (const ref of refs) read.push(...(await whole(reader, ref)));
    return read;
  }
}
