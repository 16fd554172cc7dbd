import { useData, urlOf } from './api.js';
import { Asked } from './asked.js';
import { Ago, Empty, Loading, SagaLink, Trouble } from './parts.js';
import { place, linkTo, replaceWith } from './store.js';
import type { Audit } from './wire.js';

/** Who did what to which saga, and why: also of sagas that were forgotten. */
export function AuditView() {
  const { data, error } = useData<Audit>(() => {
    const { params } = place.value;
    return urlOf('audit', { by: params.get('by') ?? '', cursor: params.get('cursor') ?? '' });
  });
  if (data === undefined) return error === undefined ? <Loading /> : <Trouble error={error} />;
  const by = place.value.params.get('by') ?? '';
  return (
    <>
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <input
          type="search"
          class="who"
          placeholder="Who"
          aria-label="Who did it"
          value={by}
          onChange={({ currentTarget }) => replaceWith('audit', { by: currentTarget.value.trim() })}
        />
      </form>
      {error === undefined ? null : <Trouble error={error} />}
      <Asked requests={data.open} withSaga />
      {data.entries.length === 0 ? (
        <div class="card">
          <Empty
            title={by === '' ? 'Nobody has acted on a saga yet' : `${by} has not acted on a saga`}
          >
            What operators do is kept here, with who and why.
          </Empty>
        </div>
      ) : (
        <div class="card table-card">
          <table class="rows audit">
            <thead>
              <tr>
                {['When', 'Who', 'What', 'Saga', 'Why', 'Outcome'].map((head) => (
                  <th key={head} scope="col">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.entries.map((one, i) => (
                <tr key={`${one.at} ${i}`}>
                  <td class="c-when">
                    <Ago at={one.at} />
                  </td>
                  <td class="c-who">
                    <a href={linkTo('audit', { by: one.by })}>{one.by}</a>
                  </td>
                  <td class="c-what">
                    <b>{one.act}</b> {one.label}
                  </td>
                  <td class="c-saga">
                    <SagaLink row={one} />
                  </td>
                  <td class="c-why">{one.reason}</td>
                  <td class="c-outcome" title={one.message}>
                    {one.outcome}
                    {one.origin ? <small> by {one.origin}</small> : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data.nextCursor === undefined ? null : (
        <a class="button wide" href={linkTo('audit', { by, cursor: data.nextCursor })}>
          Older acts
        </a>
      )}
    </>
  );
}
