import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Icon } from './icons.js';
import {
  feed,
  go,
  isSearchWanted,
  linkTo,
  meta,
  parked,
  place,
  switchTheme,
  theme,
  toast,
  type View,
} from './store.js';

const VIEWS: readonly (readonly [View, string])[] = [
  ['overview', 'Overview'],
  ['sagas', 'Sagas'],
  ['parked', 'Parked'],
  ['plans', 'Plans'],
  ['instances', 'Instances'],
  ['audit', 'Audit'],
];

const TITLES = {
  ...(Object.fromEntries(VIEWS) as Readonly<Record<View, string>>),
  ...{ saga: 'Sagas', bulk: 'Many at once' },
};

const shown = () => VIEWS.filter(([view]) => view !== 'audit' || meta.value?.audit === true);

function Nav({ current }: { readonly current: View }) {
  const here = current === 'saga' || current === 'bulk' ? 'sagas' : current;
  return (
    <nav class="nav" aria-label="Views">
      {shown().map(([view, name]) => (
        <a key={view} href={linkTo(view)} aria-current={view === here ? 'page' : undefined}>
          <Icon name={view} />
          <span>{name}</span>
          {view === 'parked' && parked.value ? (
            <em class="count" aria-label={`${parked.value} parked`}>
              {parked.value > 999 ? '999+' : parked.value}
            </em>
          ) : null}
        </a>
      ))}
    </nav>
  );
}

const FEEDS = {
  connecting: ['Connecting', 'The page waits for its feed'],
  live: ['Live', 'Changes of all processes are shown as they happen'],
  partial: [
    'Live',
    'Changes of this process are shown as they happen; of others within 10 seconds',
  ],
  broken: ['Reconnecting', 'The server does not answer; the page tries again'],
} as const;

function Status() {
  const [text, title] = FEEDS[feed.value];
  return (
    <span class={`feed is-${feed.value}`} title={title} role="status">
      <i />
      {text}
    </span>
  );
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;

function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const view = shown()[Number(event.key) - 1];
      if (view !== undefined) go(view[0]);
      if (event.key !== '/') return;
      event.preventDefault();
      isSearchWanted.value = true;
      if (place.value.view !== 'sagas') go('sagas');
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

/** A reader who does not see the page is told that it has changed. */
function useFocusOnArrival(title: string, address: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current && document.activeElement?.id !== 'search')
      heading.current?.focus({ preventScroll: true });
    if (!isFirst.current) scrollTo(0, 0);
    isFirst.current = false;
  }, [address]);
  useEffect(() => {
    document.title = `${title} · ${meta.value?.title ?? 'Sagas'}`;
  }, [title]);
  return heading;
}

export function Shell({ children }: { readonly children: ComponentChildren }) {
  const { view, params } = place.value;
  const { title = 'Sagas', environment, actor, readOnly } = meta.value ?? {};
  const name = TITLES[view];
  const id = view === 'saga' ? (params.get('id') ?? '') : '';
  const address = `${view} ${id}${params.get('bulk') ?? ''}`;
  const heading = useFocusOnArrival(id === '' ? name : id, address);
  useKeys();
  return (
    <div class="shell">
      <a
        class="skip"
        href="#content"
        onClick={(event) => (event.preventDefault(), document.getElementById('content')?.focus())}
      >
        Skip to the content
      </a>
      <aside class="side">
        <div class="brand">
          <span class="logo">
            <Icon name="logo" size={20} />
          </span>
          <b>{title}</b>
        </div>
        <Nav current={view} />
      </aside>
      <header class="top">
        {environment === undefined ? null : (
          <span class="environment" style={environment.color ? { '--own': environment.color } : {}}>
            {environment.label}
          </span>
        )}
        <h1 tabIndex={-1} ref={heading}>
          {name}
        </h1>
        <span class="grow" />
        <Status />
        {actor === undefined ? null : (
          <span class="actor" title={`Acts are kept under this name: ${actor}`}>
            <Icon name="person" size={16} />
            <span>{actor}</span>
          </span>
        )}
        <button
          type="button"
          class="icon-button framed"
          onClick={switchTheme}
          aria-label={theme.value === 'dark' ? 'Light theme' : 'Dark theme'}
        >
          <Icon name={theme.value === 'dark' ? 'sun' : 'moon'} />
        </button>
      </header>
      <main id="content" tabIndex={-1}>
        {readOnly === undefined ? null : (
          <p class="read-only">
            <Icon name="warn" size={16} /> <span>{readOnly}.</span>
          </p>
        )}
        {children}
      </main>
      <div class="toast" role="status" aria-live="polite">
        {toast.value === undefined ? null : <span>{toast.value}</span>}
      </div>
    </div>
  );
}
