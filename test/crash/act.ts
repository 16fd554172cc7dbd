import type { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { SAGA_ID, type Case } from './cases.js';
import type { Ledger } from './ledger.js';

type Act = 'cancel' | 'terminate';

/** Cancels or terminates the saga, and notes what it was told. */
export async function act(
  what: Act,
  engine: InProcessEngine,
  name: string,
  ledger: Ledger,
): Promise<void> {
  const ref = { name, id: SAGA_ID };
  const why = 'no longer wanted';
  const done =
    what === 'cancel'
      ? engine.cancel(ref, why)
      : engine.manual(ref, { act: what }, { by: 'an operator', reason: why });
  const answer = await done.then(
    () => 'accepted',
    (error: unknown) => String(error),
  );
  ledger.write({ kind: 'told', act: what, answer });
}

/** The same from another process: while the owner is in the second step, or when it is gone. */
export async function actFromElsewhere(
  engine: InProcessEngine,
  { name, scenario }: Case,
  ledger: Ledger,
): Promise<void> {
  await ledger.until((lines) => {
    const isInStep = lines.some((line) => line.kind === 'call' && line.label === 'Stock');
    return isInStep || lines.filter(({ kind }) => kind === 'process').length > 1;
  });
  await act(scenario.elsewhere as Act, engine, name, ledger);
}
