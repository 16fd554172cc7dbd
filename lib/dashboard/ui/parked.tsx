import { useData, urlOf } from './api.js';
import { count, many } from './format.js';
import { Asked } from './asked.js';
import { ActButtons, Ago, Dots, Empty, Loading, SagaLink, Tags, Trouble } from './parts.js';
import { boundBy } from './saga.js';
import { linkTo, mayBulk, place, replaceWith } from './store.js';
import { PARKED, reasonOf } from './words.js';
import type { Inbox, RequestEntry, Saga } from './wire.js';

const ORDER = Object.keys(PARKED);

function Item({
  saga,
  requests,
}: {
  readonly saga: Saga;
  readonly requests: readonly RequestEntry[];
}) {
  const bound = boundBy(saga);
  const { undone } = saga.account;
  return (
    <li class="parked-item">
      <div class="what">
        <SagaLink row={saga} />
        {saga.failed === undefined ? null : (
          <p class="error">
            {saga.failed.label === '' ? '' : `${saga.failed.label}: `}
            {saga.failed.message}
          </p>
        )}
        <p class="stand">
          <Dots marks={saga.marks} />
          {bound.length === 0 ? null : (
            <span>
              <i>standing</i> {bound.join(', ')}
            </span>
          )}
          {undone.length === 0 ? null : (
            <span>
              <i>undone</i> {undone.join(', ')}
            </span>
          )}
        </p>
        <Asked requests={requests} />
      </div>
      <div class="since">
        <Tags tags={saga.tags} />
        <span class="quiet">
          parked <Ago at={saga.updatedAt} />
        </span>
      </div>
      <div class="do">
        <ActButtons saga={saga} fitting />
        <a
          class="button quiet"
          href={linkTo('saga', { name: saga.name, id: saga.id })}
          aria-label={`Look at ${saga.name} ${saga.id}`}
        >
          Look
        </a>
      </div>
    </li>
  );
}

export function ParkedView() {
  const { data, error } = useData<Inbox>(() => urlOf('parked'));
  if (data === undefined) return error === undefined ? <Loading /> : <Trouble error={error} />;
  const groups = new Map<string, Saga[]>();
  for (const saga of data.sagas) {
    const reason = saga.parkReason ?? 'unreadable';
    groups.set(reason, [...(groups.get(reason) ?? []), saga]);
  }
  const reasons = [...groups.keys()].sort(
    (one, other) => ORDER.indexOf(one) - ORDER.indexOf(other),
  );
  const chosen = place.value.params.get('reason') ?? '';
  const shown = reasons.includes(chosen) ? [chosen] : reasons;
  const total = data.sagas.length;
  if (total === 0)
    return (
      <div class="card">
        <Empty title="Nothing waits for a person">
          Sagas that are parked appear here, with what can be done about each.
        </Empty>
      </div>
    );
  const chip = (reason: string, text: string, sagas: number) => (
    <button
      key={reason}
      type="button"
      class="chip"
      aria-pressed={reason === (shown.length === 1 && reasons.length > 1 ? shown[0] : '')}
      onClick={() => replaceWith('parked', { reason })}
    >
      {text} <b>{count(sagas)}</b>
    </button>
  );
  return (
    <>
      {error === undefined ? null : <Trouble error={error} />}
      <div class="chips" role="group" aria-label="Why they are parked">
        {chip('', 'All', total)}
        {reasons.map((reason) =>
          chip(reason, reasonOf(reason)[0], groups.get(reason)?.length ?? 0),
        )}
      </div>
      {shown.map((reason) => {
        const sagas = groups.get(reason) ?? [];
        const [title, advice] = reasonOf(reason);
        return (
          <section key={reason} class="card">
            <header class="card-head tall">
              <div>
                <h2>{title}</h2>
                <p>{advice}</p>
              </div>
              <div class="more">
                {many(sagas.length, 'saga')}
                {mayBulk() ? <a href={linkTo('bulk', { reason })}>Act on all of these</a> : null}
              </div>
            </header>
            <ul class="parked-list">
              {sagas.map((saga) => (
                <Item
                  key={`${saga.name} ${saga.id}`}
                  saga={saga}
                  requests={data.open.filter(
                    ({ name, id }) => name === saga.name && id === saga.id,
                  )}
                />
              ))}
            </ul>
          </section>
        );
      })}
      {data.more ? <p class="quiet">These are the newest {count(total)}; there are more.</p> : null}
    </>
  );
}
