import { useSignal, useSignalEffect } from '@preact/signals';
import { useData, urlOf, get } from './api.js';
import { Ago, Badge, Dots, Empty, Loading, SagaLink, Tags, Took, Trouble } from './parts.js';
import { filtersOf, queryOf, Search } from './search.js';
import { go, linkTo, mayBulk, place } from './store.js';
import type { List, Row } from './wire.js';

function RowView({ row }: { readonly row: Row }) {
  const open = (event: MouseEvent): void => {
    const target = event.target as Element;
    if (target.closest('a, button') === null && getSelection()?.toString() === '')
      go('saga', { name: row.name, id: row.id });
  };
  return (
    <tr onClick={open}>
      <td class="c-status">
        <Badge status={row.status} />
      </td>
      <td class="c-saga">
        <SagaLink row={row} />
        {row.failed === undefined ? null : (
          <span class="line">
            {row.failed.label === '' ? '' : `${row.failed.label}: `}
            {row.failed.message}
          </span>
        )}
      </td>
      <td class="c-key">{row.key === undefined ? null : <code>{row.key}</code>}</td>
      <td class="c-steps">
        <Dots marks={row.marks} />
      </td>
      <td class="c-tags">
        <Tags tags={row.tags} />
      </td>
      <td class="c-time">
        <Ago at={row.createdAt} />
      </td>
      <td class="c-took">
        <Took row={row} />
      </td>
    </tr>
  );
}

export function Rows({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <div class="card table-card">
      <table class="rows">
        <thead>
          <tr>
            {['Status', 'Saga', 'Key', 'Steps', 'Tags', 'Started', 'Took'].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <RowView key={`${row.name} ${row.id}`} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ListView() {
  const filters = filtersOf(place.value.params);
  const query = (): Record<string, string | undefined> => queryOf(filtersOf(place.value.params));
  const { data, error } = useData<List>(() => urlOf('sagas', query()));
  /** What was read behind the first page, with the rows that this one had then: none is lost as new ones come. */
  const older = useSignal<
    { readonly rows: readonly Row[]; readonly cursor?: string | undefined } | undefined
  >(undefined);
  useSignalEffect(() => {
    void place.value;
    older.value = undefined;
  });
  const cursor = older.value === undefined ? data?.nextCursor : older.value.cursor;
  const next = async (): Promise<void> => {
    const page = await get<List>(urlOf('sagas', { ...query(), cursor }));
    older.value = { rows: [...rows, ...page.sagas], cursor: page.nextCursor };
  };
  const all = [...(data?.sagas ?? []), ...(older.value?.rows ?? [])];
  const rows = [
    ...new Map(all.toReversed().map((row) => [`${row.name} ${row.id}`, row])).values(),
  ].reverse();
  const isFiltered = Object.values(filters).some((value) => value !== '');
  return (
    <>
      <Search filters={filters}>
        {isFiltered && !filters.q && mayBulk() ? (
          <a class="button" href={linkTo('bulk', filters)}>
            Act on all of these
          </a>
        ) : null}
      </Search>
      {error === undefined ? null : <Trouble error={error} />}
      {data === undefined ? (
        error === undefined ? (
          <Loading />
        ) : null
      ) : rows.length === 0 ? (
        <div class="card">
          <Empty title={isFiltered ? 'No saga is like that' : 'No saga was started yet'}>
            {isFiltered ? (
              <a href={linkTo('sagas')}>Show all</a>
            ) : (
              'Start one: it appears here at once.'
            )}
          </Empty>
        </div>
      ) : (
        <Rows rows={rows} />
      )}
      {cursor === undefined ? null : (
        <button type="button" class="button wide" onClick={() => void next()}>
          Older sagas
        </button>
      )}
    </>
  );
}
