import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger, type Journal } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { act } from './act.js';
import { ask } from './ask.js';
import { ledgerOf, SAGA_ID, type Case } from './cases.js';
import { CrashPoints } from './crash-points.js';
import { historyOf, type History } from './history.js';
import { sagaUnderTest } from './saga-under-test.js';
import { openJournal, type StoreConfig } from './stores.js';
import { twinNamed } from './twins.js';
import { witnessed, type Witness } from './wrap-journal.js';

export interface Recovered {
  readonly own: Case;
  readonly history: History;
  /** How many places to die at its recovery came by. */
  readonly points: number;
}

const POLL_MS = 50;
/** What rests is told at once; whose journal lies may wait for ever. */
const ASK_AGAIN_MS = 5_000;

async function untilAtRest(journal: Journal, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const page = await journal.list({ status: ['running', 'compensating'], limit: 1 });
    if (page.rows.length === 0 || performance.now() > deadline) return;
    await sleep(POLL_MS);
  }
}

const LIVE: ReadonlySet<unknown> = new Set(['running', 'compensating', undefined]);

async function recoveredOf(
  engine: InProcessEngine,
  journal: Journal,
  own: Case,
  { points, ledger }: Witness,
): Promise<Recovered> {
  const ref = { name: own.name, id: SAGA_ID };
  const before = points.passed.length;
  // Every customer asks what has become of it; of what nobody knows, nobody has told them anything.
  const { status } = (await journal.get(ref)) ?? {};
  if (!LIVE.has(status)) await ask(engine, engine.definition(own.name), ledger, ASK_AGAIN_MS);
  const stored = await journal.load(ref);
  const history = historyOf(stored?.row, stored?.entries ?? [], ledger.lines);
  return { own, history, points: before };
}

/**
 * Resumes, in this process, everything that the dead ones left in a store, and returns the histories.
 * Waits until all sagas rest, at most `limitMs`: what does not rest by then is found by the rules.
 */
export async function recoverAll(
  store: StoreConfig,
  directory: string,
  cases: readonly Case[],
  limitMs: number,
): Promise<readonly Recovered[]> {
  const witnesses = new Map(
    cases.map((own) => [
      own.name,
      { points: new CrashPoints(), ledger: ledgerOf(directory, own) } satisfies Witness,
    ]),
  );
  const inner = await openJournal(store);
  const twin = twinNamed(cases[0]?.twin);
  const journal = witnessed(
    twin?.journal?.(inner) ?? inner,
    (name) => witnesses.get(name) as Witness,
  );
  const worker = { pollMs: POLL_MS };
  const engine = new InProcessEngine({ journal, logger: silentLogger, leaseMs: 10_000, worker });
  for (const own of cases) {
    const witness = witnesses.get(own.name) as Witness;
    if (witness.ledger.lines.length > 0) witness.ledger.write({ kind: 'process' });
    const cancel = () => act('cancel', engine, own.name, witness.ledger);
    engine.register(sagaUnderTest(own.name, own.scenario, { ...witness, cancel, ...twin?.world }));
  }
  try {
    await engine.open();
    for (const { name, scenario } of cases) {
      if (scenario.cancelWhileDown !== true) continue;
      await inner.requestCancel({ name, id: SAGA_ID }, 'no longer wanted');
    }
    await engine.recover();
    await untilAtRest(inner, limitMs);
    return await Promise.all(
      cases.map((own) => recoveredOf(engine, inner, own, witnesses.get(own.name) as Witness)),
    );
  } finally {
    await engine.close();
  }
}
