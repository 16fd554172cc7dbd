import { computed, effect, signal } from '@preact/signals';
import type { ActRequest, Meta, Offer, Row } from './wire.js';

const VIEWS = [
  ...(['overview', 'sagas', 'saga', 'bulk', 'parked', 'plans'] as const),
  ...(['instances', 'audit'] as const),
] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  readonly view: View;
  readonly params: URLSearchParams;
}

function placeOf(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const view = VIEWS.find((one) => one === path) ?? 'overview';
  return { view, params: new URLSearchParams(query) };
}

export const place = signal<Place>(placeOf(location.hash));
addEventListener('hashchange', () => (place.value = placeOf(location.hash)));

export function linkTo(
  view: View,
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(params).filter((one): one is [string, string] => !!one[1]);
  const query = new URLSearchParams(given).toString();
  return `#/${view === 'overview' ? '' : view}${query === '' ? '' : `?${query}`}`;
}

export function go(view: View, params?: Readonly<Record<string, string | undefined>>): void {
  location.hash = linkTo(view, params);
}

/** Filters are part of the address, but each letter typed is no page of the history. */
export function replaceWith(
  view: View,
  params: Readonly<Record<string, string | undefined>>,
): void {
  history.replaceState(null, '', linkTo(view, params));
  place.value = placeOf(location.hash);
}

export const meta = signal<Meta | undefined>(undefined);
/** Whether something may be done to all sagas of a filter. */
export function mayBulk(): boolean {
  const { can, audit, readOnly } = meta.value ?? {};
  return can?.bulk === true && audit === true && readOnly === undefined;
}
/** How many are parked; `undefined`: not known. */
export const parked = signal<number | undefined>(undefined);

/** The server's clock minus the browser's. */
const skew = signal(0);
const ticks = signal(Date.now());
export const now = computed(() => ticks.value + skew.value);
setInterval(() => {
  if (!document.hidden) ticks.value = Date.now();
}, 1_000);

export function heard(serverNow: number): void {
  const difference = serverNow - Date.now();
  if (Math.abs(difference - skew.value) > 250) skew.value = difference;
}

/** Raised when something has changed: views ask again. */
export const version = signal(0);
export const changed = (): void => void (version.value += 1);

export type Feed = 'connecting' | 'live' | 'partial' | 'broken';
export const feed = signal<Feed>('connecting');

export interface Asked extends Pick<ActRequest, 'act' | 'name' | 'id'> {
  readonly label?: string;
}
/** The dialog that is open. */
export const asked = signal<Asked | undefined>(undefined);
/** The search is to have the focus, as soon as it is there. */
export const isSearchWanted = signal(false);
export const toast = signal<string | undefined>(undefined);

let fading: ReturnType<typeof setTimeout> | undefined;
export function say(text: string): void {
  toast.value = text;
  clearTimeout(fading);
  fading = setTimeout(() => (toast.value = undefined), 6_000);
}

export function ask({ name, id }: Pick<Row, 'name' | 'id'>, { act, label }: Offer): void {
  asked.value = { act, name, id, ...(label === undefined ? {} : { label }) };
}

export type Theme = 'light' | 'dark';
const KEY = 'saga-dashboard-theme';
const stored = (): string | null => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};
const prefers = matchMedia('(prefers-color-scheme: dark)');
const chosen = signal<string | null>(stored());
const system = signal(prefers.matches);
prefers.addEventListener('change', ({ matches }) => (system.value = matches));
export const theme = computed<Theme>(() =>
  chosen.value === 'light' || chosen.value === 'dark'
    ? chosen.value
    : system.value
      ? 'dark'
      : 'light',
);
effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});

export function switchTheme(): void {
  chosen.value = theme.value === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, chosen.value);
  } catch {
    // Where nothing may be stored, it lasts until the page is left.
  }
}
