import { useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Icon } from './icons.js';
import { isSearchWanted, meta, now, replaceWith } from './store.js';
import { PARKED, STATUS } from './words.js';
import type { Status } from './wire.js';

const TIMES = [
  ['', 'Any time'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
] as const;
const MS: Readonly<Record<string, number>> = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
};

const FILTERS = ['q', 'name', 'time', 'tag', 'status', 'reason'] as const;
export type Filters = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>;

export function filtersOf(params: URLSearchParams): Filters {
  return Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? '']));
}

export function queryOf({
  q,
  name,
  time,
  tag,
  status,
  reason,
}: Filters): Record<string, string | undefined> {
  if (q) return { q };
  const since = MS[time ?? ''];
  // Whole minutes, so that the address stays the same while somebody looks.
  const after =
    since === undefined ? undefined : String(Math.floor((now.peek() - since) / 60_000) * 60_000);
  return { name, status, reason, tag: tag?.includes('=') ? tag : undefined, after };
}

interface SearchProps {
  readonly filters: Filters;
  /** Without one it is the list, where ids are searched for, too. */
  readonly act?: string;
  readonly children?: ComponentChildren;
}

export function Search({ filters, act, children }: SearchProps) {
  const set = (more: Filters): void =>
    act === undefined
      ? replaceWith('sagas', { ...filters, ...more })
      : replaceWith('bulk', { act, ...filters, ...more });
  const input = useRef<HTMLInputElement>(null);
  useSignalEffect(() => {
    if (!isSearchWanted.value) return;
    isSearchWanted.value = false;
    input.current?.focus();
  });
  const statuses = new Set((filters.status ?? '').split(',').filter((one) => one !== ''));
  const toggle = (status: string): void => {
    const next = new Set(statuses);
    if (!next.delete(status)) next.add(status);
    set({ status: [...next].join(',') });
  };
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {act === undefined ? (
        <div class="search">
          <Icon name="search" />
          <input
            ref={input}
            id="search"
            type="search"
            placeholder="Id, or business key"
            aria-label="Find by id or by business key"
            value={filters.q ?? ''}
            onInput={({ currentTarget }) => set({ q: currentTarget.value.trim() })}
            onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          />
          <kbd aria-hidden="true">/</kbd>
        </div>
      ) : null}
      <select
        aria-label="Saga"
        value={filters.name ?? ''}
        onChange={({ currentTarget }) => set({ name: currentTarget.value })}
      >
        <option value="">All sagas</option>
        {meta.value?.names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label="Started"
        value={filters.time ?? ''}
        onChange={({ currentTarget }) => set({ time: currentTarget.value })}
      >
        {TIMES.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {filters.reason || statuses.has('parked') ? (
        <select
          aria-label="Why it is parked"
          value={filters.reason ?? ''}
          onChange={({ currentTarget }) => set({ reason: currentTarget.value })}
        >
          <option value="">Any reason</option>
          {Object.entries(PARKED).map(([reason, [title]]) => (
            <option key={reason} value={reason}>
              {title}
            </option>
          ))}
        </select>
      ) : null}
      <input
        class="tag-input"
        type="text"
        placeholder="tag=value"
        aria-label="Tag, as name=value"
        value={filters.tag ?? ''}
        onChange={({ currentTarget }) => set({ tag: currentTarget.value.trim() })}
      />
      <div class="chips" role="group" aria-label="Status">
        {(Object.keys(STATUS) as Status[]).map((status) => (
          <button
            key={status}
            type="button"
            class={`chip is-${status}`}
            aria-pressed={statuses.has(status)}
            onClick={() => toggle(status)}
          >
            <i />
            {STATUS[status]}
          </button>
        ))}
      </div>
      {children}
    </form>
  );
}
