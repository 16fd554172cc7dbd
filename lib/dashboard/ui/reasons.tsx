import { count } from './format.js';
import { SagaLink } from './parts.js';
import type { BulkRefusal } from './wire.js';

/** Sagas that something is not done to, by why. */
export function Reasons({ groups }: { readonly groups: readonly BulkRefusal[] }) {
  return (
    <ul class="reasons">
      {groups.map(({ why, sagas, first }) => (
        <li key={why}>
          <b>{count(sagas)}</b>
          <span>
            {why}
            <small>
              {first.map((row) => (
                <SagaLink key={`${row.name} ${row.id}`} row={row} />
              ))}
              {sagas > first.length ? `and ${count(sagas - first.length)} more` : null}
            </small>
          </span>
        </li>
      ))}
    </ul>
  );
}
