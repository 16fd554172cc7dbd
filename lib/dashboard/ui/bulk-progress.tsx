import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { post, useData, urlOf } from './api.js';
import { Confirm, Why } from './confirm.js';
import { count, listed, many } from './format.js';
import { Ago, Card, Loading, Trouble } from './parts.js';
import { Reasons } from './reasons.js';
import { changed, linkTo, mayBulk, say } from './store.js';
import { ACTS } from './words.js';
import type { BulkProgress, BulkWithdrawn, SagaAct } from './wire.js';

/** The feed tells of sagas alone: a request that is refused changes none. */
const LOOK_MS = 1_000;

/** Stops a bulk act that was a mistake: what is done stays done. */
function TakeBack({ bulk, waiting }: Pick<BulkProgress, 'bulk' | 'waiting'>) {
  const reason = useSignal('');
  const submit = async (): Promise<void> => {
    const asked = { withdraw: bulk, reason: reason.value };
    const { withdrawn, inHand } = (await post('bulk', asked)) as BulkWithdrawn;
    const late = inHand === 0 ? '' : `; ${many(inHand, 'request')} had been taken`;
    say(`${many(withdrawn, 'request')} withdrawn${late}`);
    changed();
  };
  return (
    <Confirm
      class="card asks"
      button={`Withdraw: ${many(waiting, 'saga')}`}
      isReady={reason.value.trim().length >= 3}
      submit={submit}
    >
      <p>Was it a mistake? Those that wait are left alone then. What is done stays as it is.</p>
      <Why reason={reason} text="kept with each saga, under your name" />
    </Confirm>
  );
}

/** What has become of the requests of a bulk act, as long as somebody looks. */
export function BulkProgressView({ bulk }: { readonly bulk: string }) {
  const { data, error } = useData<BulkProgress>(() => urlOf('bulk', { bulk }));
  const isOpen = data !== undefined && data.waiting + data.inHand > 0;
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = setInterval(changed, LOOK_MS);
    return () => clearInterval(timer);
  }, [isOpen]);
  if (data === undefined) return error === undefined ? <Loading /> : <Trouble error={error} />;
  const { act, by, at, reason, requests, waiting, inHand, done, refused, names } = data;
  const over = requests - waiting - inHand;
  const text = [
    `${count(done)} done`,
    `${count(over - done)} not done`,
    `${count(inHand)} in hand`,
    `${count(waiting)} waiting`,
  ].join(' · ');
  const parts = [
    ['completed', done],
    ['parked', over - done],
    ['running', inHand],
    ['open', waiting],
  ] as const;
  return (
    <>
      {error === undefined ? null : <Trouble error={error} />}
      <Card
        title={`${Object.hasOwn(ACTS, act) ? ACTS[act as SagaAct].button('') : act}: ${many(requests, 'saga')}`}
        more={<Ago at={at} />}
      >
        <div class="asks-body">
          <span
            class="outcome tall"
            role="progressbar"
            aria-label="Requests that have ended"
            aria-valuemin={0}
            aria-valuemax={requests}
            aria-valuenow={over}
            aria-valuetext={text}
          >
            {parts.map(([is, sagas]) =>
              sagas === 0 ? null : <i key={is} class={`is-${is}`} style={{ flexGrow: sagas }} />,
            )}
          </span>
          <p role="status">
            <b>{isOpen ? `${count(over)} of ${count(requests)} have ended` : 'All have ended'}</b>:{' '}
            {text}
          </p>
          <p class="quiet">
            Asked by {by}: “{reason}”.{' '}
            {waiting === 0
              ? null
              : `Processes that know ${listed(names)} carry out those that wait, each of them at most 50 in a second.`}
          </p>
          <p class="links">
            <a href={linkTo('audit', { by })}>What was done, in the audit</a>
            <a href={linkTo('bulk')}>Another one</a>
          </p>
        </div>
      </Card>
      {waiting > 0 && mayBulk() ? <TakeBack bulk={bulk} waiting={waiting} /> : null}
      {refused.length === 0 ? null : (
        <Card title="Not done" more={many(over - done, 'saga')}>
          <Reasons groups={refused.map((one) => ({ ...one, why: `${one.outcome}: ${one.why}` }))} />
        </Card>
      )}
    </>
  );
}
