import { listed } from './format.js';
import { Card, Empty } from './parts.js';
import { STATUS } from './words.js';
import type { MatrixCell, Plan } from './wire.js';

const PARKED: Readonly<Record<string, string>> = {
  'compensation-failed': 'undo failed',
  'failed-after-pivot': 'past the pivot',
  'in-doubt': 'in doubt',
  'recovery-limit': 'too many deaths',
  'definition-mismatch': 'no undo for it',
};

function cellText({ status, undone, parkReason, calls }: MatrixCell): string {
  if (status === 'parked') return PARKED[parkReason ?? ''] ?? parkReason ?? '';
  if (status === 'compensated')
    return undone.length === 0 ? 'undoes nothing' : `undoes ${undone.length}`;
  return calls.some((call) => call.startsWith('probe ')) ? 'asks, goes on' : 'goes on';
}

function Sentence({ label, cell }: { readonly label: string; readonly cell: MatrixCell }) {
  const { status, undone, standing, failure } = cell;
  const rest =
    status === 'completed'
      ? 'all of its steps stand'
      : undone.length === 0
        ? 'nothing is undone'
        : `undoes ${undone.join(', then ')}`;
  return (
    <p class="matrix-says" role="status">
      <b>
        {label} {failure}
      </b>{' '}
      → <b class={`is-${status}`}>{STATUS[status]}</b>: {rest}
      {status !== 'completed' && standing.length > 0
        ? `; ${listed(standing)} ${standing.length === 1 ? 'stands' : 'stand'}`
        : ''}
      .
    </p>
  );
}

export interface Picked {
  readonly label: string;
  readonly cell: MatrixCell;
}

export function Matrix({
  plan,
  picked,
  pick,
}: {
  readonly plan: Plan;
  readonly picked: Picked | undefined;
  readonly pick: (one: Picked | undefined) => void;
}) {
  const { matrix } = plan;
  if (matrix === undefined)
    return (
      <Card title="Failure matrix">
        <Empty title="Only a process that runs this plan can work it out">
          The matrix is computed by the functions that run the saga, and this process does not have
          this plan.
        </Empty>
      </Card>
    );
  const heads = matrix[0]?.cells.map(({ failure }) => failure) ?? [];
  return (
    <section class="card">
      <header class="card-head tall">
        <div>
          <h2>Failure matrix</h2>
          <p>
            What becomes of the saga when a step … Worked out from the plan by the machine that runs
            it; no code of yours is called.
          </p>
        </div>
      </header>
      <div class="scroll" tabIndex={0} role="group" aria-label="Failure matrix">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">Step</th>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map(({ label, cells }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {cells.map((cell) => {
                  const step = plan.steps.find((one) => one.label === label);
                  if (cell.failure === 'its undo fails' && step?.undo !== true)
                    return (
                      <td key={cell.failure} class="none">
                        –
                      </td>
                    );
                  const isPicked = picked?.label === label && picked.cell.failure === cell.failure;
                  return (
                    <td key={cell.failure}>
                      <button
                        type="button"
                        class={`cell is-${cell.status}`}
                        aria-pressed={isPicked}
                        onClick={() => pick(isPicked ? undefined : { label, cell })}
                      >
                        <b>{STATUS[cell.status]}</b>
                        <span>{cellText(cell)}</span>
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {picked === undefined ? (
        <p class="matrix-says quiet">Pick a cell to see its way through the plan.</p>
      ) : (
        <Sentence label={picked.label} cell={picked.cell} />
      )}
    </section>
  );
}
