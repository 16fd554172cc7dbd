import { setImmediate as turn } from 'node:timers/promises';
import {
  MAX_DRY_RUN,
  type SagaDefinition,
  type SagaDetails,
  type SagaFilter,
  type SagaSummary,
} from '../core/index.js';
import { isBulkAct, type BulkAct } from '../core/engine/index.js';
import { refKey } from '../core/journal/index.js';
import { PERMISSION, reasonOf } from './acts.js';
import type { Call } from './call.js';
import type { Dashboard } from './dashboard.js';
import { filterOf } from './filter.js';
import { Refusal } from './http.js';
import { refusalOf, refusalToForget } from './offers.js';
import { Reasons } from './reads/reasons.js';
import { stateOf } from './state.js';
import type { BulkFilter, BulkRefusal } from './ui/wire.js';

/** What somebody asks for many sagas at once. */
export interface BulkAsked {
  readonly act: BulkAct;
  readonly filter: SagaFilter;
}

/** Absent ones are left out. Anything else would be a condition that nobody heeds. */
const CONDITIONS: Readonly<Record<keyof BulkFilter, true>> = {
  ...{ name: true, status: true, reason: true, key: true, tag: true },
  ...{ after: true, before: true },
};
/** So many are looked at in one go; then others have their turn. */
const AT_ONCE = 100;

function conditionsOf(filter: unknown): Readonly<Record<string, string>> {
  const given = Object.entries((filter ?? {}) as Readonly<Record<string, unknown>>).filter(
    ([, value]) => value !== undefined,
  );
  for (const [name, value] of given) {
    if (!Object.hasOwn(CONDITIONS, name))
      throw new Refusal(400, `A bulk act knows no condition '${name.slice(0, 40)}'`);
    if (typeof value !== 'string') throw new Refusal(400, `${name} must be a text`);
  }
  if (given.every(([name, value]) => value === '' || name === 'before'))
    throw new Refusal(400, 'A bulk act needs a filter');
  return Object.fromEntries(given) as Readonly<Record<string, string>>;
}

/** @throws Refusal for a body that asks for no bulk act */
export function bulkOf(body: unknown): BulkAsked {
  const { act, filter } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (!isBulkAct(act)) throw new Refusal(400, 'This act is none for many at once');
  const { limit: _, cursor: _ignored, ...meant } = filterOf(conditionsOf(filter));
  return { act, filter: meant };
}

/** How many he has typed, and why. @throws Refusal */
export function confirmedOf(body: unknown): { readonly reason: string; readonly most: number } {
  const { reason, confirm } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (!Number.isInteger(confirm) || (confirm as number) < 1)
    throw new Refusal(400, 'Type how many sagas it concerns to confirm');
  return { reason: reasonOf(reason), most: confirm as number };
}

/** Which sagas a bulk act concerns, as they stand. */
export interface Looked {
  readonly found: number;
  /** There are more than may be acted on at once: none was looked at. */
  readonly isCapped: boolean;
  readonly taking: readonly SagaSummary[];
  readonly refused: readonly BulkRefusal[];
}

/** Why one saga is left alone, of those of one bulk act. */
class Judge {
  /** By name and version: reading one takes a while. */
  readonly #plans = new Map<string, Promise<SagaDefinition | undefined>>();

  constructor(
    private readonly dashboard: Dashboard,
    private readonly call: Call,
    private readonly act: BulkAct,
    /** Those for which somebody has asked for it. */
    private readonly asked: ReadonlySet<string>,
  ) {}

  async refusal(saga: SagaDetails): Promise<string | undefined> {
    const { act } = this;
    if (!(await this.call.can(PERMISSION[act], saga))) return 'you may not do that to it';
    if (this.asked.has(refKey({ name: saga.name, id: saga.id })))
      return 'somebody has asked for that already';
    const state = stateOf(saga.timeline);
    if (act === 'forget') return refusalToForget(state);
    const plan = await this.#plan(saga);
    return plan === undefined ? 'nobody here knows its plan' : refusalOf(act, state, plan);
  }

  #plan({ name, version }: SagaDetails): Promise<SagaDefinition | undefined> {
    const key = `${version} ${name}`;
    const plan = this.#plans.get(key) ?? this.dashboard.plans.known(name, version);
    this.#plans.set(key, plan);
    return plan;
  }
}

/** What a bulk act would do: the dry run, and what is asked again before anything is done. */
export async function look(
  dashboard: Dashboard,
  call: Call,
  { act, filter }: BulkAsked,
): Promise<Looked> {
  const reads = await dashboard.reads(call);
  const all = await reads.upTo(filter, MAX_DRY_RUN + 1);
  if (all.length > MAX_DRY_RUN)
    return { found: MAX_DRY_RUN, isCapped: true, taking: all.slice(0, AT_ONCE), refused: [] };
  const open = await (await dashboard.operators(call)).askedFor(act);
  const judge = new Judge(dashboard, call, act, open);
  const taking: SagaSummary[] = [];
  const refused = new Reasons();
  for (let at = 0; at < all.length; at += AT_ONCE) {
    await turn();
    for (const saga of await reads.details(all.slice(at, at + AT_ONCE))) {
      const why = await judge.refusal(saga);
      if (why === undefined) taking.push(saga);
      else refused.add(why, saga, {});
    }
  }
  return { found: all.length, isCapped: false, taking, refused: refused.all };
}
