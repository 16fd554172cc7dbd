import type { ComponentChildren } from 'preact';
import type { Failed } from './api.js';
import { ago, duration, fullTime } from './format.js';
import { Icon } from './icons.js';
import { ask, linkTo, meta, now, say } from './store.js';
import { ACTS, STATUS, isQuiet } from './words.js';
import type { Mark, Offer, Row, Saga, StepMark } from './wire.js';

export function Badge({ status }: Pick<Row, 'status'>) {
  return (
    <span class={`badge is-${status}`}>
      <i />
      {STATUS[status]}
    </span>
  );
}

const MARKS: Readonly<Record<StepMark, string>> = {
  open: 'not begun',
  running: 'running',
  done: 'done',
  failed: 'failed',
  unknown: 'in doubt',
  undoing: 'being undone',
  undone: 'undone',
  'undo-failed': 'its undo failed',
};

/** Each step as a dash; what it means is a title, and a sentence for those who do not see it. */
export function Dots({ marks }: { readonly marks: readonly Mark[] }) {
  const text = marks.map(({ label, is }) => `${label}: ${MARKS[is]}`).join(', ');
  return (
    <span class="dots" role="img" aria-label={text === '' ? 'No steps yet' : text}>
      {marks.map(({ label, is }) => (
        <i key={label} class={`dot is-${is}`} title={`${label}: ${MARKS[is]}`} />
      ))}
    </span>
  );
}

export function Tags({ tags }: Pick<Row, 'tags'>) {
  const all = Object.entries(tags);
  if (all.length === 0) return null;
  return (
    <span class="tags">
      {all.map(([name, value]) => (
        <a
          key={name}
          class="tag"
          href={linkTo('sagas', { tag: `${name}=${value}` })}
          title={`Sagas with ${name} = ${value}`}
        >
          <span>{name}</span> {value}
        </a>
      ))}
    </span>
  );
}

export function Ago({ at }: { readonly at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {ago(at, now.value)}
    </time>
  );
}

export const isAtRest = ({ status }: Pick<Row, 'status'>): boolean =>
  status !== 'running' && status !== 'compensating';

export function Took({ row }: { readonly row: Row }) {
  const end = isAtRest(row) ? row.updatedAt : now.value;
  return <>{duration(end - row.createdAt)}</>;
}

/** A saga by name and id, as a link. */
export function SagaLink({ row }: { readonly row: Pick<Row, 'name' | 'id'> }) {
  return (
    <a class="saga-link" href={linkTo('saga', { name: row.name, id: row.id })}>
      <b>{row.name}</b> <code>{row.id}</code>
    </a>
  );
}

interface CardProps {
  readonly title: ComponentChildren;
  readonly more?: ComponentChildren;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly label?: string;
}

export function Card({ title, more, children, class: kind = '', label }: CardProps) {
  return (
    <section class={`card ${kind}`} aria-label={label}>
      <header class="card-head">
        <h2>{title}</h2>
        {more === undefined ? null : <div class="more">{more}</div>}
      </header>
      {children}
    </section>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <b>{title}</b>
      {children === undefined ? null : <p>{children}</p>}
    </div>
  );
}

export function Trouble({ error }: { readonly error: Failed }) {
  return (
    <div class="notice is-bad" role="alert">
      <Icon name="warn" />
      <span>{error.message}</span>
    </div>
  );
}

export function Loading() {
  return (
    <div class="empty" role="status">
      <span class="spin" aria-hidden="true" /> Loading…
    </div>
  );
}

export function mayAct({ act }: Offer): boolean {
  const { readOnly, can } = meta.value ?? {};
  const isMark = act === 'mark-compensated' || act === 'mark-done' || act === 'mark-not-done';
  return readOnly === undefined && can?.[isMark ? 'mark' : act] === true;
}

/** The acts that a saga takes. What somebody says of a step in doubt has no default: none is highlighted. */
export function ActButtons({ saga, fitting }: { readonly saga: Saga; readonly fitting?: boolean }) {
  const offers = saga.offers.filter((offer) => mayAct(offer) && (!fitting || offer.fits));
  const first = offers.find(
    ({ fits, act }) => fits && act !== 'mark-done' && act !== 'mark-not-done',
  );
  return (
    <div class="acts">
      {offers.map((offer) => {
        const { act, label = '' } = offer;
        const words = ACTS[act];
        const inDoubt =
          saga.account.inDoubt.length > 1 && (act === 'mark-done' || act === 'mark-not-done');
        const kind = offer === first && !isQuiet(act) ? 'primary' : isQuiet(act) ? 'quiet' : '';
        return (
          <button
            key={`${act} ${label}`}
            type="button"
            class={`button ${kind}`}
            onClick={() => ask(saga, offer)}
          >
            <Icon name={words.icon} size={16} />
            {inDoubt ? `${label}: ${words.button(label).toLowerCase()}` : words.button(label)}
          </button>
        );
      })}
    </div>
  );
}

export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const copy = (): void => {
    navigator.clipboard?.writeText(text).then(
      () => say(`Copied the ${what}`),
      () => say('The browser does not let this page copy'),
    );
  };
  return (
    <button
      type="button"
      class="icon-button"
      onClick={copy}
      aria-label={`Copy the ${what}`}
      title={`Copy the ${what}`}
    >
      <Icon name="copy" size={15} />
    </button>
  );
}
