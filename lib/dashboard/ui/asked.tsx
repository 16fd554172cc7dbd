import { useEffect } from 'preact/hooks';
import { Icon } from './icons.js';
import { Ago, SagaLink } from './parts.js';
import { changed, linkTo } from './store.js';
import type { RequestEntry } from './wire.js';

/** The feed tells of sagas alone: a request that is refused changes none. */
const LOOK_MS = 2_000;

function stateOf({ name, inHand, outcome, message }: RequestEntry): string {
  if (outcome !== undefined)
    return `It was not done (${outcome}): ${message ?? 'nobody knows why'}`;
  return inHand ? 'It is being carried out.' : `It waits for a process that knows ${name}.`;
}

/** What operators have left for processes that know a saga. */
export function Asked({
  requests,
  withSaga = false,
}: {
  readonly requests: readonly RequestEntry[];
  readonly withSaga?: boolean;
}) {
  const isOpen = requests.some(({ outcome }) => outcome === undefined);
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = setInterval(changed, LOOK_MS);
    return () => clearInterval(timer);
  }, [isOpen]);
  if (requests.length === 0) return null;
  return (
    <ul class="asked" aria-label="Requests">
      {requests.map((one) => (
        <li key={one.request} class={`notice ${one.outcome === undefined ? '' : 'is-bad'}`}>
          <Icon name={one.outcome === undefined ? 'person' : 'warn'} size={16} />
          <span>
            {withSaga ? <SagaLink row={one} /> : null}{' '}
            <b>{[one.act, one.label].join(' ').trim()}</b>, asked by {one.by} <Ago at={one.at} />: “
            {one.reason}”. {stateOf(one)}{' '}
            {one.bulk === undefined ? null : (
              <a href={linkTo('bulk', { bulk: one.bulk })}>One of many</a>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
