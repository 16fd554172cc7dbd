import { useSignal, useSignalEffect } from '@preact/signals';
import { changed, heard, say, version } from './store.js';
import type { ActAnswer, ActRequest } from './wire.js';

/** Whatever prefix, version or proxy is in front: the page is where it was found. */
const BASE = location.pathname.replace(/\/$/, '');

export class Failed extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function answerOf<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  if (!response.ok) {
    const text = body['error'] ?? body['message'] ?? response.statusText;
    throw new Failed(response.status, typeof text === 'string' ? text : `HTTP ${response.status}`);
  }
  if (typeof body['now'] === 'number') heard(body['now']);
  return body as T;
}

export function urlOf(
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter((one): one is [string, string] => !!one[1]);
  const text = new URLSearchParams(given).toString();
  return `${BASE}/api/${path}${text === '' ? '' : `?${text}`}`;
}

export async function get<T>(url: string): Promise<T> {
  return answerOf<T>(await fetch(url, { headers: { accept: 'application/json' } }));
}

export async function post(path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json', 'x-saga-dashboard': '1' };
  const request = { method: 'POST', headers, body: JSON.stringify(body) };
  return answerOf(await fetch(urlOf(path), request));
}

export async function perform(act: ActRequest, done: string): Promise<void> {
  const { request } = (await post('act', act)) as ActAnswer;
  say(request === undefined ? done : `Asked of a process that knows it. ${done}`);
  changed();
}

export interface Loaded<T> {
  readonly data?: T;
  readonly error?: Failed;
}

/**
 * What an address answers, asked again when something has changed. Meanwhile what was there stays, so
 * that nothing jumps.
 */
export function useData<T>(url: () => string | undefined): Loaded<T> {
  const loaded = useSignal<Loaded<T> & { readonly url?: string }>({});
  useSignalEffect(() => {
    const address = url();
    void version.value;
    if (address === undefined) return undefined;
    let isOver = false;
    if (
      loaded.peek().url !== address &&
      loaded.peek().url !== undefined &&
      !sameView(loaded.peek().url, address)
    )
      loaded.value = {};
    get<T>(address).then(
      (data) => {
        if (!isOver) loaded.value = { data, url: address };
      },
      (error: unknown) => {
        if (isOver) return;
        const failed =
          error instanceof Failed ? error : new Failed(0, 'The server does not answer');
        const { data } = loaded.peek();
        // What is on the screen stays while the server is away; what is gone is gone.
        loaded.value =
          data !== undefined && (failed.status === 0 || failed.status >= 500)
            ? { data, error: failed, url: address }
            : { error: failed, url: address };
      },
    );
    return () => {
      isOver = true;
    };
  });
  return loaded.value;
}

/** Another page of the same list replaces what is there; another saga does not stand under its name. */
function sameView(one: string | undefined, other: string): boolean {
  const path = (url: string): string => url.split('?', 1)[0] ?? '';
  return one !== undefined && path(one) === path(other) && !path(one).endsWith('/saga');
}
