import type { SagaSummary, StoredPlan } from '../../core/index.js';
import { missingUndos } from '../../core/engine/index.js';
import type { Call } from '../call.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { definitionOf, storedPlans } from '../plans.js';
import { stateOf } from '../state.js';
import { pagesOf } from './list.js';

/** What is left of the work: those that may have to be undone yet. */
const OPEN = ['running', 'compensating', 'parked'] as const;
const MAX_RECORDS = 200;

/** Sagas of one name that the newest plan of it is the wrong one for. */
export interface PlanDiff {
  readonly name: string;
  /** The version of the newest plan. */
  readonly version: number;
  /** Those that are not at rest, or parked; not those that were terminated. */
  readonly open: number;
  /** Undos that they owe and the newest plan does not have, with the sagas that owe them. */
  readonly missing: readonly { readonly label: string; readonly ids: readonly string[] }[];
  /** Steps of the plan before that are not in the newest one. */
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

function labelsOf(plan: StoredPlan | undefined): readonly string[] {
  return plan === undefined ? [] : definitionOf(plan).steps.map(({ label }) => label);
}

/** Each saga goes on with the plan of its own version where that came with the newest one, else with the newest. */
async function owedBy(
  call: Call,
  [newest, ...others]: readonly [StoredPlan, ...StoredPlan[]],
): Promise<Pick<PlanDiff, 'open' | 'missing'>> {
  const { name, lastSeen } = newest;
  const definition = definitionOf(newest);
  const beside = new Map(
    others
      .filter((plan) => plan.lastSeen.getTime() === lastSeen.getTime())
      .map((plan) => [plan.version, definitionOf(plan)]),
  );
  const journal = await call.journal();
  const insight = await call.insight();
  const { application } = call;
  const owing = new Map<string, string[]>();
  let open = 0;
  const look = async (sagas: readonly SagaSummary[]): Promise<void> => {
    const versions = new Map(sagas.map(({ id, version }) => [id, version]));
    const refs = sagas.map(({ id }) => ({ application, name, id }));
    for (const { ref, entries } of await insight.records(refs)) {
      const own = beside.get(versions.get(ref.id) ?? newest.version) ?? definition;
      for (const label of missingUndos(own, stateOf(entries)))
        owing.set(label, [...(owing.get(label) ?? []), ref.id]);
    }
  };
  const filter = { application, name, status: OPEN };
  for await (const page of pagesOf(journal, filter, Number.MAX_SAFE_INTEGER)) {
    // Of one that was terminated nothing is undone any more.
    const sagas = page.filter(({ parkReason }) => parkReason !== 'terminated');
    open += sagas.length;
    for (let at = 0; at < sagas.length; at += MAX_RECORDS)
      await look(sagas.slice(at, at + MAX_RECORDS));
  }
  return { open, missing: [...owing].map(([label, ids]) => ({ label, ids })) };
}

/** What the newest plans mean for the sagas that are not over. */
export async function planDiffs(call: Call, name?: string): Promise<readonly PlanDiff[]> {
  const plans = await storedPlans(call, name);
  const names = [...new Set(plans.map((plan) => plan.name))].sort();
  const diffs: PlanDiff[] = [];
  for (const one of names) {
    const [newest, ...others] = plans.filter(
      (plan) => plan.name === one && plan.plan !== undefined,
    );
    const [before] = others;
    if (newest === undefined) continue;
    const [now, then] = [labelsOf(newest), labelsOf(before)];
    diffs.push({
      ...{ name: one, version: newest.version },
      ...(await owedBy(call, [newest, ...others])),
      gone: then.filter((label) => !now.includes(label)),
      added: before === undefined ? [] : now.filter((label) => !then.includes(label)),
    });
  }
  return diffs;
}

export const planDiff: Command = {
  name: 'plan diff',
  args: ['[<name>]'],
  summary: 'what the newest plans mean for sagas that are not over; 1 when an undo is missing',
  options: {},
  async run(call) {
    const { out } = call;
    const diffs = await planDiffs(call, call.args[0]);
    if (diffs.length === 0) await out.note(`No plans are known${call.whose}.`);
    for (const diff of diffs) {
      if (out.isJson) {
        await out.json(diff);
        continue;
      }
      const { name, version, open, missing, gone, added } = diff;
      await out.line(
        { text: `${name} v${version}`, style: 'bold' },
        `  ${open} sagas are not over`,
      );
      if (added.length > 0) await out.line(`  new: ${added.join(', ')}`);
      if (gone.length > 0) await out.line(`  gone: ${gone.join(', ')}`);
      for (const { label, ids } of missing) {
        const what = `  ✘ no undo of ${label}, which ${ids.length} of them owe`;
        const some = ids.slice(0, 3).join(', ');
        await out.line({ text: what, style: 'red' }, ` (${some}): keep it as a retired step`);
      }
    }
    return diffs.some(({ missing }) => missing.length > 0) ? EXIT.failed : EXIT.done;
  },
};
