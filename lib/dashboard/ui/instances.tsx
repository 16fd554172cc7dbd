import { useData, urlOf } from './api.js';
import { count, duration, many } from './format.js';
import { Icon } from './icons.js';
import { Ago, Card, Loading, Trouble } from './parts.js';
import { linkTo, now } from './store.js';
import type { Instance, Instances, Orphans } from './wire.js';

export function Warnings({ orphans }: { readonly orphans: readonly Orphans[] }) {
  return (
    <>
      {orphans.map(({ name, version, sagas }) => (
        <div key={`${name} ${version}`} class="notice is-bad" role="alert">
          <Icon name="warn" />
          <span>
            {many(sagas, 'unfinished saga')} of{' '}
            <a href={linkTo('sagas', { name, status: 'running,compensating' })}>{name}</a> v
            {version}, and no living process knows {name}: start one that does.
          </span>
        </div>
      ))}
    </>
  );
}

function stateOf({ isAlive, draining }: Instance): string {
  return !isAlive ? 'silent' : draining ? 'shutting down' : 'alive';
}

function Lease({ one }: { readonly one: Instance }) {
  if (one.aliveUntil === undefined) return <>{one.isAlive ? '–' : 'ended'}</>;
  const left = one.aliveUntil - now.value;
  return left > 0 ? (
    <>{duration(Math.floor(left / 1_000) * 1_000)}</>
  ) : (
    <>
      ended <Ago at={one.aliveUntil} />
    </>
  );
}

function Item({ one }: { readonly one: Instance }) {
  const state = stateOf(one);
  return (
    <li class={`instance is-${one.isAlive ? 'alive' : 'silent'}`}>
      <header>
        <i class="lamp" />
        <b>{one.host ?? 'A process'}</b>
        {one.here ? <small class="tag">answers this page</small> : null}
        <span class="pill">{state}</span>
      </header>
      <dl class="facts-grid">
        <div>
          <dt>Works on</dt>
          <dd>{many(one.sagas, 'saga')}</dd>
        </div>
        <div>
          <dt>Lease</dt>
          <dd>
            <Lease one={one} />
          </dd>
        </div>
        {one.version === undefined ? null : (
          <div>
            <dt>Version</dt>
            <dd>{one.version}</dd>
          </div>
        )}
        {one.startedAt === undefined || !one.isAlive ? null : (
          <div>
            <dt>Up for</dt>
            <dd>{duration(now.value - one.startedAt)}</dd>
          </div>
        )}
        {one.worker === false ? (
          <div>
            <dt>Recovery</dt>
            <dd>left to others</dd>
          </div>
        ) : null}
      </dl>
      <p class="quiet">
        {one.pid === undefined ? '' : `pid ${one.pid} · `}
        <code>{one.owner}</code>
      </p>
      {one.knows === undefined || one.knows.length === 0 ? null : (
        <p class="quiet">{one.knows.join(' · ')}</p>
      )}
      {one.problem === undefined ? null : <p class="error">{one.problem}</p>}
    </li>
  );
}

/** One line per process, for the overview. */
export function InstanceLines({ instances }: { readonly instances: readonly Instance[] }) {
  return (
    <ul class="lines">
      {instances.slice(0, 6).map((one) => (
        <li key={one.owner}>
          <i class={`lamp is-${one.isAlive ? 'alive' : 'silent'}`} />
          <b>{one.host ?? one.owner.slice(0, 8)}</b>
          <span class="quiet">
            {one.isAlive ? (one.version ?? stateOf(one)) : 'silent: its sagas are taken over'}
          </span>
          <span class="end">{count(one.sagas)} at work</span>
        </li>
      ))}
    </ul>
  );
}

export function InstancesView() {
  const { data, error } = useData<Instances>(() => urlOf('instances'));
  if (data === undefined) return error === undefined ? <Loading /> : <Trouble error={error} />;
  const more = data.partial
    ? 'this process alone: its engine does not tell of others'
    : 'each renews a heartbeat; the sagas of one that is silent for its lease are taken over';
  return (
    <>
      {error === undefined ? null : <Trouble error={error} />}
      <Warnings orphans={data.orphans} />
      <Card title="Processes" more={more} class="stack">
        <ul class="instances">
          {data.instances.map((one) => (
            <Item key={one.owner} one={one} />
          ))}
        </ul>
      </Card>
    </>
  );
}
