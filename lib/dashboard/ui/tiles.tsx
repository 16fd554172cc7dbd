import { count, percent } from './format.js';
import { spanOf } from './range.js';
import { linkTo } from './store.js';
import type { Overview } from './wire.js';

type Counted = NonNullable<Overview['counted']>;

interface TileProps {
  readonly kind: string;
  readonly name: string;
  readonly value: number;
  readonly text: string;
  readonly href: string;
}

function Tile({ kind, name, value, text, href }: TileProps) {
  return (
    <a class={`tile is-${kind}${kind === 'parked' && value > 0 ? ' loud' : ''}`} href={href}>
      <span>{name}</span>
      <b>{count(value)}</b>
      <small>{text}</small>
    </a>
  );
}

export function Tiles({ counted, range }: { readonly counted: Counted; readonly range: string }) {
  const sum = (of: 'completed' | 'compensated' | 'parked'): number =>
    counted.names.reduce((all, one) => all + one[of], 0);
  const [completed, compensated] = [sum('completed'), sum('compensated')];
  const ended = completed + compensated + sum('parked');
  const span = spanOf(range);
  return (
    <div class="tiles">
      <Tile
        kind="parked"
        name="Needs attention"
        value={counted.parked}
        text={counted.parked === 0 ? 'nothing waits for a person' : 'parked, waiting for a person'}
        href={linkTo('parked')}
      />
      <Tile
        kind="running"
        name="Running"
        value={counted.running}
        text="on their way forward"
        href={linkTo('sagas', { status: 'running' })}
      />
      <Tile
        kind="compensating"
        name="Undoing"
        value={counted.compensating}
        text="being undone right now"
        href={linkTo('sagas', { status: 'compensating' })}
      />
      <Tile
        kind="completed"
        name={`Completed · ${span}`}
        value={completed}
        text={`${percent(completed, ended)} of all that ended`}
        href={linkTo('sagas', { status: 'completed', time: range })}
      />
      <Tile
        kind="compensated"
        name={`Compensated · ${span}`}
        value={compensated}
        text={`${percent(compensated, ended)} were undone cleanly`}
        href={linkTo('sagas', { status: 'compensated', time: range })}
      />
    </div>
  );
}
