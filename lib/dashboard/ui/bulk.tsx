import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { post } from './api.js';
import { BulkProgressView } from './bulk-progress.js';
import { Confirm, Typed, Why } from './confirm.js';
import { count, many } from './format.js';
import { Rows } from './list.js';
import { Empty } from './parts.js';
import { Reasons } from './reasons.js';
import { filtersOf, queryOf, Search } from './search.js';
import { go, mayBulk, meta, place, replaceWith, say } from './store.js';
import { ACTS } from './words.js';
import type { BulkAct, BulkAnswer, BulkDryRun } from './wire.js';

const FOR_MANY: readonly BulkAct[] = ['retry-undos', 'resume', 'cancel', 'forget'];

interface Chosen {
  readonly act: BulkAct;
  readonly filter: ReturnType<typeof queryOf>;
}

function DoIt({ chosen, dry }: { readonly chosen: Chosen; readonly dry: BulkDryRun }) {
  const reason = useSignal('');
  const typed = useSignal('');
  const words = ACTS[chosen.act];
  const text = String(dry.takes);
  const submit = async (): Promise<void> => {
    const filter = { ...chosen.filter, before: String(dry.before) };
    const asked = { ...chosen, filter, reason: reason.value, confirm: Number(typed.value) };
    const { bulk, failed } = (await post('bulk', asked)) as BulkAnswer;
    if (failed > 0) say(`${many(failed, 'request')} could not be left: look again`);
    go('bulk', { bulk });
  };
  return (
    <Confirm
      class="card asks"
      button={`${words.button('')}: ${many(dry.takes, 'saga')}`}
      isGrave={chosen.act === 'forget'}
      isReady={reason.value.trim().length >= 3 && typed.value.trim() === text}
      submit={submit}
    >
      <p>{words.effect('')}</p>
      <Why reason={reason} text="kept with each saga, under your name" />
      <Typed text={text} typed={typed} inputMode="numeric" />
    </Confirm>
  );
}

function Found({ chosen, dry }: { readonly chosen: Chosen; readonly dry: BulkDryRun }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [dry]);
  const { found, isCapped, takes, first, refused } = dry;
  const title = isCapped
    ? `More than ${many(found, 'saga')} fit: narrow the filter`
    : found === 0
      ? 'No saga is like that'
      : `${count(takes)} of ${many(found, 'saga')} would take it as they stand`;
  return (
    <>
      <section class="card">
        <header class="card-head tall">
          <div>
            <h2 ref={heading} tabIndex={-1}>
              {title}
            </h2>
            <p>Nothing is done yet.</p>
          </div>
        </header>
        {refused.length === 0 ? null : (
          <>
            <h3>These are left alone</h3>
            <Reasons groups={refused} />
          </>
        )}
      </section>
      {takes > 0 ? <DoIt chosen={chosen} dry={dry} /> : null}
      {first.length === 0 ? null : (
        <>
          <h3>
            {takes > first.length || isCapped
              ? `The newest ${first.length} of them`
              : 'These would take it'}
          </h3>
          <Rows rows={first} />
        </>
      )}
    </>
  );
}

function Ask() {
  const { params } = place.value;
  const filters = { ...filtersOf(params), q: '' };
  const given = params.get('act') ?? '';
  const act = FOR_MANY.find((one) => one === given && meta.value?.can[one]);
  /** Of what was asked then: another filter or act is another question. */
  const dry = useSignal<{ readonly of: string; readonly answer: BulkDryRun } | undefined>(
    undefined,
  );
  const isFiltered = Object.values(filters).some((value) => value !== '');
  const filter = queryOf(filters);
  const look = async (): Promise<void> => {
    const of = params.toString();
    dry.value = undefined;
    const answer = (await post('bulk', { act, filter, dryRun: true })) as BulkDryRun;
    if (of === place.value.params.toString()) dry.value = { of, answer };
  };
  const current = dry.value?.of === params.toString() ? dry.value.answer : undefined;
  return (
    <>
      <Search filters={filters} act={given} />
      <Confirm
        class="card asks"
        button="Dry run"
        isNameless
        isReady={act !== undefined && isFiltered}
        submit={look}
      >
        <fieldset class="chips">
          <legend>What to do to all of them</legend>
          {FOR_MANY.filter((one) => meta.value?.can[one]).map((one) => (
            <label key={one} class="chip">
              <input
                type="radio"
                name="act"
                checked={one === act}
                onChange={() => replaceWith('bulk', { ...filters, act: one })}
              />
              {ACTS[one].button('')}
            </label>
          ))}
        </fieldset>
        <p class="quiet">
          {isFiltered
            ? 'A dry run says which sagas it would concern, and does nothing.'
            : 'Say which sagas: by name, time, tag, status or why they are parked.'}
        </p>
      </Confirm>
      {current === undefined || act === undefined ? null : (
        <Found key={dry.value?.of} chosen={{ act, filter }} dry={current} />
      )}
    </>
  );
}

/** One act for all sagas of a filter: a dry run, then a request for each, then what becomes of them. */
export function BulkView() {
  const bulk = place.value.params.get('bulk');
  if (bulk !== null) return <BulkProgressView key={bulk} bulk={bulk} />;
  if (mayBulk()) return <Ask />;
  return (
    <div class="card">
      <Empty title="Nothing can be done to many sagas at once here">
        {meta.value?.audit === false
          ? 'What runs these sagas keeps no requests of operators.'
          : "The dashboard's option can says who may."}
      </Empty>
    </div>
  );
}
