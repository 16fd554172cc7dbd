import type {
  JournalInsight,
  PayloadCodec,
  SagaDetails,
  SagaFilter,
  SagaSummary,
  SagaSummaryPage,
} from '../../core/index.js';
import { pagesOf, summaryOf } from '../../core/engine/index.js';
import { Refusal } from '../http.js';
import type { SagaOperations } from '../../nest/index.js';
import type { DashboardScope } from '../options.js';
import type { List, Row, Saga } from '../ui/wire.js';
import type { KnownPlans } from './known-plans.js';
import { rowOf, sagaOf } from './row.js';
import { withTimelines } from './timelines.js';

/** Of one page; and so many pages are read for it, where most are outside of a scope. */
export const MAX_ROWS = 200;
const MAX_PAGES = 20;

export function isInScope({ names, tags = {} }: DashboardScope, saga: SagaSummary): boolean {
  if (names !== undefined && !names.includes(saga.name)) return false;
  return Object.entries(tags).every(([tag, value]) => saga.tags[tag] === value);
}

/** A filter that also asks for the tags and the only name of a scope; `undefined`: nothing can be both. */
function within(scope: DashboardScope, filter: SagaFilter): SagaFilter | undefined {
  const { names, tags = {} } = scope;
  const name = filter.name ?? (names?.length === 1 ? names[0] : undefined);
  if (names !== undefined && (names.length === 0 || (name !== undefined && !names.includes(name))))
    return undefined;
  const asked = filter.tags ?? {};
  const differs = Object.entries(tags).some(([tag, value]) => (asked[tag] ?? value) !== value);
  if (differs) return undefined;
  return { ...filter, ...(name === undefined ? {} : { name }), tags: { ...asked, ...tags } };
}

export interface Sources {
  readonly operations: SagaOperations;
  readonly insight: JournalInsight | undefined;
  readonly codec: PayloadCodec;
  readonly plans: KnownPlans;
}

/** What the dashboard reads of sagas: through any engine, better with insight; all of it inside one scope. */
export class SagaReads {
  constructor(
    private readonly sources: Sources,
    private readonly scope: DashboardScope,
  ) {}

  /** Those of this process, and whatever the journal has. */
  async names(): Promise<readonly string[]> {
    const { operations, insight } = this.sources;
    const own = operations.definitions.map(({ name }) => name);
    const all = new Set([...own, ...((await insight?.names()) ?? [])]);
    const { names } = this.scope;
    return [...all].filter((name) => names?.includes(name) ?? true).sort();
  }

  /** @throws Refusal 404 for one that is not there, or not in scope: nobody learns which */
  async saga(name: string, id: string): Promise<SagaDetails> {
    const saga = await this.sources.operations.get(name, id);
    if (saga !== undefined && isInScope(this.scope, saga)) return saga;
    throw new Refusal(404, `There is no saga ${name} '${id}'`, 'SAGA_NOT_FOUND');
  }

  /** A page inside the scope: what it does not ask of the journal is left out of the pages that come. */
  async summaries(filter: SagaFilter): Promise<SagaSummaryPage> {
    const asked = within(this.scope, filter);
    const limit = Math.min(filter.limit ?? 50, MAX_ROWS);
    const sagas: SagaSummary[] = [];
    let cursor = filter.cursor;
    for (let page = 0; asked !== undefined && sagas.length < limit && page < MAX_PAGES; page++) {
      const query = { ...asked, ...(cursor && { cursor }), limit: limit - sagas.length };
      const one = await this.sources.operations.list(query);
      sagas.push(...one.sagas.filter((saga) => isInScope(this.scope, saga)));
      cursor = one.nextCursor;
      if (cursor === undefined) break;
    }
    return asked === undefined || cursor === undefined ? { sagas } : { sagas, nextCursor: cursor };
  }

  /** All of them inside the scope, at most so many, the newest first. */
  async upTo(filter: SagaFilter, most: number): Promise<readonly SagaSummary[]> {
    const { names } = this.scope;
    const each =
      names === undefined || filter.name !== undefined ? [undefined] : [...new Set(names)];
    const found: SagaSummary[] = [];
    for (const name of each) {
      const asked = within(this.scope, name === undefined ? filter : { ...filter, name });
      if (asked === undefined) continue;
      const list = (one: SagaFilter) => this.sources.operations.list(one);
      for await (const sagas of pagesOf(list, asked, most - found.length)) found.push(...sagas);
    }
    return found.sort((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
  }

  async list(filter: SagaFilter): Promise<Omit<List, 'now'>> {
    const { sagas, ...rest } = await this.summaries(filter);
    return { sagas: await this.rows(sagas), ...rest };
  }

  /** Those whose id begins so, of whatever name, then those whose key does; without insight exact ones. */
  async search(text: string, limit: number): Promise<Omit<List, 'now'>> {
    const { insight } = this.sources;
    const found =
      insight === undefined ? await this.#exactly(text, limit) : await this.#begun(insight, text);
    const own = found.filter((saga) => isInScope(this.scope, saga));
    const once = new Map(own.map((saga) => [JSON.stringify([saga.name, saga.id]), saga]));
    return { sagas: await this.rows([...once.values()].slice(0, limit)) };
  }

  details(sagas: readonly SagaSummary[]): Promise<readonly SagaDetails[]> {
    return withTimelines(sagas, this.sources);
  }

  async rows(sagas: readonly SagaSummary[]): Promise<readonly Row[]> {
    const { plans } = this.sources;
    const found = await this.details(sagas);
    return Promise.all(
      found.map(async (saga) => rowOf(saga, await plans.steps(saga.name, saga.version))),
    );
  }

  /** One saga with its plan, and the acts that it takes. */
  async whole(saga: SagaDetails): Promise<Saga> {
    const { plans } = this.sources;
    const steps = await plans.steps(saga.name, saga.version);
    return sagaOf(saga, steps, await plans.known(saga.name, saga.version));
  }

  async #begun(insight: JournalInsight, text: string): Promise<readonly SagaSummary[]> {
    const { names } = this.scope;
    const rows = await insight.find({ text, limit: MAX_ROWS, ...(names && { names }) });
    return rows.map(summaryOf);
  }

  async #exactly(text: string, limit: number): Promise<readonly SagaSummary[]> {
    const names = await this.names();
    const byId = await Promise.all(names.map((name) => this.sources.operations.get(name, text)));
    const byKey = await this.summaries({ key: text, limit });
    return [...byId.filter((saga) => saga !== undefined), ...byKey.sagas];
  }
}
