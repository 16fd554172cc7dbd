import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useData, urlOf } from './api.js';
import { clockTime, duration } from './format.js';
import { Tree } from './json-tree.js';
import { meta, now } from './store.js';
import { nameOf, OUTCOMES } from './bar.js';
import { Tabs, type Tab } from './tabs.js';
import type { Bar } from './waterfall-model.js';
import type { ErrorJson, Payload, Saga, Shown } from './wire.js';

function ErrorView({ error }: { readonly error: ErrorJson }) {
  return (
    <div class="error-box">
      <p>
        <b>{error.name}</b> {error.code === undefined ? null : <code>{error.code}</code>}
      </p>
      <p>{error.message}</p>
      {error.cause === undefined ? null : (
        <>
          <p class="quiet">caused by</p>
          <ErrorView error={error.cause} />
        </>
      )}
    </div>
  );
}

const quiet = (text: string): ComponentChildren => <p class="quiet">{text}</p>;
const valueOr = (value: Shown | undefined, text: string): ComponentChildren =>
  value === undefined ? quiet(text) : <Tree value={value} />;

function whyNoPayloads(): string | undefined {
  const { payloads, can } = meta.value ?? {};
  if (payloads === 'off')
    return "Inputs, contexts and results are not shown here: the dashboard's option payloads is off.";
  return can?.payload === false ? 'You may not see inputs, contexts and results.' : undefined;
}

function BarFacts({
  bar,
  saga,
  payload,
}: {
  readonly bar: Bar;
  readonly saga: Saga;
  readonly payload: Payload | undefined;
}) {
  const { timeline } = saga;
  const [first, last] = [timeline[bar.first], timeline[bar.last]];
  const record = payload?.records.find(({ seq }) => seq === bar.last + 1);
  const none = whyNoPayloads() ?? payload?.problem;
  const tabs: readonly Tab[] = [
    ...(bar.kind === 'undo'
      ? []
      : [
          {
            name: 'Result',
            body: () =>
              none === undefined
                ? valueOr(record?.result, 'It brought nothing back.')
                : quiet(none),
          },
        ]),
    {
      name: 'Error',
      mark: last?.error !== undefined,
      body: () =>
        last?.error === undefined ? quiet('No error.') : <ErrorView error={last.error} />,
    },
    {
      name: 'Context after',
      body: () =>
        none === undefined
          ? valueOr(record?.context, 'It did not change the context.')
          : quiet(none),
    },
    {
      name: 'Record',
      body: () => (
        <Tree value={(bar.first === bar.last ? [last] : [first, last]) as unknown as Shown} />
      ),
    },
  ];
  return (
    <>
      <header class="card-head">
        <h2>{nameOf(bar)}</h2>
        <span class={`pill is-${bar.outcome}`}>{OUTCOMES[bar.outcome]}</span>
      </header>
      <dl class="facts-grid">
        {bar.attempt === undefined ? null : (
          <div>
            <dt>Attempt</dt>
            <dd>{bar.attempt}</dd>
          </div>
        )}
        <div>
          <dt>{bar.kind === 'probe' ? 'Answered' : 'Began'}</dt>
          <dd>{clockTime(bar.from)}</dd>
        </div>
        {bar.kind === 'probe' ? null : (
          <div>
            <dt>Took</dt>
            <dd>
              {bar.cutOff ? 'up to ' : ''}
              {duration((bar.to ?? now.value) - bar.from)}
            </dd>
          </div>
        )}
      </dl>
      <Tabs
        key={`${bar.first} ${bar.kind}`}
        tabs={tabs}
        first={last?.error === undefined ? (tabs[0]?.name ?? '') : 'Error'}
      />
    </>
  );
}

function SagaFacts({ payload }: { readonly payload: Payload | undefined }) {
  const none = whyNoPayloads() ?? payload?.problem;
  const body = (read: () => ComponentChildren) => () =>
    none === undefined ? (payload === undefined ? quiet('Loading…') : read()) : quiet(none);
  const tabs: readonly Tab[] = [
    { name: 'Input', body: body(() => valueOr(payload?.input, 'It was started without one.')) },
    { name: 'Context now', body: body(() => valueOr(payload?.context, 'As the input.')) },
    {
      name: 'Results',
      body: body(() =>
        payload?.results.length
          ? payload.results.map(({ label, value }) => (
              <div key={label} class="result">
                <b>{label}</b>
                <Tree value={value} />
              </div>
            ))
          : quiet('No step has brought anything back.'),
      ),
    },
  ];
  return (
    <>
      <header class="card-head">
        <h2>The saga</h2>
      </header>
      <Tabs tabs={tabs} first="Input" />
    </>
  );
}

/** What was picked in the waterfall; where nothing was, the saga as a whole. */
export function Inspector({
  saga,
  picked,
}: {
  readonly saga: Saga;
  readonly picked: Signal<Bar | undefined>;
}) {
  const { data, error } = useData<Payload>(() =>
    whyNoPayloads() === undefined ? urlOf('payload', { name: saga.name, id: saga.id }) : undefined,
  );
  const payload: Payload | undefined =
    data ??
    (error === undefined
      ? undefined
      : { now: 0, results: [], records: [], problem: error.message });
  const bar = picked.value;
  return (
    <aside class="card inspector" aria-label="Inspector">
      {bar === undefined ? (
        <SagaFacts payload={payload} />
      ) : (
        <BarFacts bar={bar} saga={saga} payload={payload} />
      )}
    </aside>
  );
}
