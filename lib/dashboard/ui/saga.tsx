import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useData, urlOf } from './api.js';
import { Asked } from './asked.js';
import { Icon } from './icons.js';
import { Inspector } from './inspector.js';
import {
  ActButtons,
  Ago,
  Badge,
  CopyButton,
  Loading,
  Tags,
  Took,
  Trouble,
  isAtRest,
} from './parts.js';
import { linkTo, meta, place } from './store.js';
import { Timeline } from './timeline.js';
import { WaterfallView } from './waterfall.js';
import { sentenceOf } from './words.js';
import type { Bar } from './waterfall-model.js';
import type { RequestEntry, Saga, SagaAnswer } from './wire.js';

const TONE_ICONS = { undone: 'undo', undoing: 'undo', parked: 'warn', done: 'check' } as const;

function Links({ saga }: { readonly saga: Saga }) {
  const { trace, logs } = meta.value?.links ?? {};
  const fill = (link: string): string =>
    link
      .replaceAll('{sagaId}', encodeURIComponent(saga.id))
      .replaceAll('{sagaName}', encodeURIComponent(saga.name))
      .replaceAll('{key}', encodeURIComponent(saga.key ?? ''));
  const all = [
    ['Trace', trace],
    ['Logs', logs],
  ] as const;
  return (
    <>
      {all.map(([name, link]) =>
        link === undefined ? null : (
          <a key={name} class="out" href={fill(link)} target="_blank" rel="noreferrer">
            {name} <Icon name="out" size={13} />
          </a>
        ),
      )}
    </>
  );
}

function Head({ saga }: { readonly saga: Saga }) {
  const { name, id, version, key, recoveries } = saga;
  return (
    <div class="saga-head">
      <div class="saga-title">
        <p class="crumbs">
          <a href={linkTo('sagas')}>Sagas</a> / <a href={linkTo('sagas', { name })}>{name}</a>
        </p>
        <p class="saga-name">
          <Badge status={saga.status} /> <b>{name}</b> <code>{id}</code>
          <CopyButton text={id} what="id" />
        </p>
        <p class="facts">
          {key === undefined ? null : (
            <span>
              key <a href={linkTo('sagas', { q: key })}>{key}</a>
            </span>
          )}
          <span>v{version}</span>
          <span>
            started <Ago at={saga.createdAt} />
          </span>
          <span>
            {isAtRest(saga) ? 'took' : 'for'} <Took row={saga} />
          </span>
          {recoveries === 0 ? null : (
            <span>
              {recoveries === 1 ? '1 take-over' : `${recoveries} take-overs`} without progress
            </span>
          )}
          <Links saga={saga} />
          <Tags tags={saga.tags} />
        </p>
      </div>
      <ActButtons saga={saga} />
    </div>
  );
}

function Labels({ name, labels }: { readonly name: string; readonly labels: readonly string[] }) {
  if (labels.length === 0) return null;
  return (
    <p>
      <span>{name}</span> {labels.join(', ')}
    </p>
  );
}

/** What still binds somebody: owed and not undone, or perhaps there. */
export function boundBy({ account }: Saga): readonly string[] {
  return [...new Set([...account.owed, ...account.inDoubt])];
}

/** What is there after a saga was compensated: steps that had nothing to undo, or of which nobody knows. */
function netEffect({ account }: Saga): string {
  const { standing, inDoubt } = account;
  const doubt = inDoubt.length === 0 ? '' : `in doubt: ${inDoubt.join(', ')}`;
  const stands = standing.length === 0 ? '' : `stands: ${standing.join(', ')}`;
  return [stands, doubt].filter((one) => one !== '').join(' · ') || 'none';
}

function Sentence({ saga }: { readonly saga: Saga }) {
  const sentence = sentenceOf(saga);
  if (sentence === undefined) return null;
  const { title, text, tone } = sentence;
  const bound = boundBy(saga);
  return (
    <div class={`sentence is-${tone}`} role="note">
      <Icon name={TONE_ICONS[tone]} size={20} />
      <div>
        <b>{title}</b>
        <p>{text}</p>
      </div>
      <div class="account">
        {saga.status === 'compensated' ? (
          <p>
            <span>Net effect</span> {netEffect(saga)}
          </p>
        ) : (
          <>
            <Labels name="Still standing" labels={bound} />
            <Labels name="Undone" labels={saga.account.undone} />
          </>
        )}
      </div>
    </div>
  );
}

function SagaBody({
  saga,
  requests,
}: {
  readonly saga: Saga;
  readonly requests: readonly RequestEntry[];
}) {
  const picked = useSignal<Bar | undefined>(undefined);
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === 'Escape' && document.querySelector('dialog[open]') === null)
        picked.value = undefined;
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <Head saga={saga} />
      {saga.damage === undefined ? null : (
        <div class="notice is-bad">
          <Icon name="warn" /> <span>Part of it cannot be read: {saga.damage}</span>
        </div>
      )}
      <Asked requests={requests} />
      <Sentence saga={saga} />
      <div class="columns">
        <div class="column">
          <WaterfallView saga={saga} picked={picked} />
          <Timeline saga={saga} />
        </div>
        <Inspector saga={saga} picked={picked} />
      </div>
    </>
  );
}

export function SagaView() {
  const { data, error } = useData<SagaAnswer>(() => {
    const { params } = place.value;
    return urlOf('saga', { name: params.get('name') ?? '', id: params.get('id') ?? '' });
  });
  if (data === undefined) return error === undefined ? <Loading /> : <Trouble error={error} />;
  return (
    <>
      {error === undefined ? null : <Trouble error={error} />}
      <SagaBody
        key={`${data.saga.name} ${data.saga.id}`}
        saga={data.saga}
        requests={data.requests}
      />
    </>
  );
}
