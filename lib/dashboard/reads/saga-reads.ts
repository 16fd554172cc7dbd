import type {
  SagaDefinition,
  SagaDetails,
  SagaFilter,
  SagaSummary,
  SagaSummaryPage,
} from '../../core/index.js';
import { Refusal } from '../http.js';
import type { SagaOperations } from '../../nest/index.js';
import type { DashboardScope } from '../options.js';
import type { List, Row } from '../ui/wire.js';
import { rowOf } from './row.js';

/** Of one page; and so many pages are read for it, where most are outside of a scope. */
export const MAX_ROWS = 200;
const MAX_PAGES = 20;
/** Sagas that are read at the same time for one page. */
const AT_ONCE = 8;

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

/** What the dashboard reads of sagas through any engine; all of it inside one scope. */
export class SagaReads {
  constructor(
    private readonly operations: SagaOperations,
    private readonly scope: DashboardScope,
  ) {}

  definition(name: string, version?: number): SagaDefinition | undefined {
    const own = this.operations.definitions.some((one) => one.name === name);
    return own ? this.operations.definition(name, version) : undefined;
  }

  get names(): readonly string[] {
    const all = new Set(this.operations.definitions.map(({ name }) => name));
    const { names } = this.scope;
    return [...all].filter((name) => names?.includes(name) ?? true).sort();
  }

  /** @throws Refusal 404 for one that is not there, or not in scope: nobody learns which */
  async saga(name: string, id: string): Promise<SagaDetails> {
    const saga = await this.operations.get(name, id);
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
      const from = cursor === undefined ? {} : { cursor };
      const one = await this.operations.list({ ...asked, ...from, limit: limit - sagas.length });
      sagas.push(...one.sagas.filter((saga) => isInScope(this.scope, saga)));
      cursor = one.nextCursor;
      if (cursor === undefined) break;
    }
    return asked === undefined || cursor === undefined ? { sagas } : { sagas, nextCursor: cursor };
  }

  async list(filter: SagaFilter): Promise<Omit<List, 'now'>> {
    const { sagas, ...rest } = await this.summaries(filter);
    return { sagas: await this.rows(sagas), ...rest };
  }

  /** Those with that id, of whatever name, then those with that key. */
  async search(text: string, limit: number): Promise<Omit<List, 'now'>> {
    const byId = await Promise.all(this.names.map((name) => this.operations.get(name, text)));
    const byKey = await this.summaries({ key: text, limit });
    const all = [...byId.filter((saga) => saga !== undefined), ...byKey.sagas];
    const own = all.filter((saga) => isInScope(this.scope, saga));
    const once = new Map(own.map((saga) => [JSON.stringify([saga.name, saga.id]), saga]));
    return { sagas: await this.rows([...once.values()].slice(0, limit)) };
  }

  /** With their timelines; one that was deleted meanwhile is left out. */
  async details(sagas: readonly SagaSummary[]): Promise<readonly SagaDetails[]> {
    const found: (SagaDetails | undefined)[] = [];
    for (let at = 0; at < sagas.length; at += AT_ONCE) {
      const some = sagas.slice(at, at + AT_ONCE);
      found.push(...(await Promise.all(some.map(({ name, id }) => this.operations.get(name, id)))));
    }
    return found.filter((saga) => saga !== undefined);
  }

  async rows(sagas: readonly SagaSummary[]): Promise<readonly Row[]> {
    const found = await this.details(sagas);
    return found.map((saga) => rowOf(saga, this.definition(saga.name, saga.version)));
  }
}
