import type { SagaDefinition, SagaSummary, StoredPlan } from '../../core/index.js';
import { missingUndos } from '../../core/engine/index.js';
import { APP, appPlans } from '../app-plans.js';
import type { Call } from '../call.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { pagesOf } from '../pages.js';
import { definitionOf, storedPlans } from '../plans.js';
import { stateOf } from '../state.js';

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

/** The plans that sagas of one name are judged by. */
interface Planned {
  readonly newest: SagaDefinition;
  /** Those that the same process has, by version: a saga of such a version goes on with it. */
  readonly beside: ReadonlyMap<number, SagaDefinition>;
  /** What the newest one replaces. */
  readonly before: SagaDefinition | undefined;
}

const byVersion = (plans: readonly SagaDefinition[]): Planned['beside'] =>
  new Map(plans.map((plan) => [plan.version, plan]));

/** The plans of a journal: those of the process that was there last, and what it found. */
function storedPlanned([newest, ...others]: readonly StoredPlan[]): Planned | undefined {
  if (newest === undefined) return undefined;
  const [before] = others;
  const beside = others.filter((plan) => plan.lastSeen.getTime() === newest.lastSeen.getTime());
  return {
    newest: definitionOf(newest),
    beside: byVersion(beside.map(definitionOf)),
    before: before && definitionOf(before),
  };
}

/** Of `--app`, else of the journal, by name. */
async function allPlanned(call: Call, name?: string): Promise<readonly Planned[]> {
  const stored = (await storedPlans(call, name)).filter(({ plan }) => plan !== undefined);
  const own = await appPlans(call);
  const names = new Set((own ?? stored).map((plan) => plan.name));
  return [...names].sort().flatMap((one) => {
    const kept = stored.filter((plan) => plan.name === one);
    const [newest, ...others] = own?.filter((plan) => plan.name === one) ?? [];
    if (newest === undefined) return storedPlanned(kept) ?? [];
    const [before] = kept;
    return { newest, beside: byVersion(others), before: before && definitionOf(before) };
  });
}

/** Each saga goes on with the plan of its own version where that came with the newest one, else with the newest. */
async function owedBy(
  call: Call,
  { newest, beside }: Planned,
): Promise<Pick<PlanDiff, 'open' | 'missing'>> {
  const { name } = newest;
  const journal = await call.journal();
  const insight = await call.insight();
  const { application } = call;
  const owing = new Map<string, string[]>();
  let open = 0;
  const look = async (sagas: readonly SagaSummary[]): Promise<void> => {
    const versions = new Map(sagas.map(({ id, version }) => [id, version]));
    const refs = sagas.map(({ id }) => ({ application, name, id }));
    for (const { ref, entries } of await insight.records(refs)) {
      const own = beside.get(versions.get(ref.id) ?? newest.version) ?? newest;
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

const labelsOf = (plan?: SagaDefinition): readonly string[] =>
  plan?.steps.map(({ label }) => label) ?? [];

/** What the newest plans mean for the sagas that are not over. */
export async function planDiffs(call: Call, name?: string): Promise<readonly PlanDiff[]> {
  const diffs: PlanDiff[] = [];
  for (const planned of await allPlanned(call, name)) {
    const { newest, before } = planned;
    if (name !== undefined && newest.name !== name) continue;
    const [now, then] = [labelsOf(newest), labelsOf(before)];
    diffs.push({
      ...{ name: newest.name, version: newest.version },
      ...(await owedBy(call, planned)),
      gone: then.filter((label) => !now.includes(label)),
      added: before === undefined ? [] : now.filter((label) => !then.includes(label)),
    });
  }
  return diffs;
}

/** Sagas that are not over, of names that the application does not have: it may not be the only one. */
async function noteUnknown(call: Call, diffs: readonly PlanDiff[]): Promise<void> {
  if (call.text('app') === undefined || call.args[0] !== undefined) return;
  const known = new Set(diffs.map(({ name }) => name));
  for (const { name, version, sagas } of await (await call.insight()).unfinished())
    if (!known.has(name))
      await call.out.note(
        `${sagas} of ${name} v${version} are not over, and --app has no plan of that name.`,
      );
}

export const planDiff: Command = {
  name: 'plan diff',
  args: ['[<name>]'],
  summary: 'what the newest plans mean for sagas that are not over; 1 when an undo is missing',
  options: APP,
  async run(call) {
    const { out } = call;
    const diffs = await planDiffs(call, call.args[0]);
    await noteUnknown(call, diffs);
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
