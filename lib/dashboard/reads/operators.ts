import { setImmediate as turn } from 'node:timers/promises';
import {
  isSagaError,
  type AuditFilter,
  type EngineOperators,
  type RequestFilter,
  type SagaAuditEntry,
  type SagaDetails,
  type SagaRequest,
} from '../../core/index.js';
import { BULK_ACTS, type BulkAct } from '../../core/engine/index.js';
import { refKey } from '../../core/journal/index.js';
import { Refusal } from '../http.js';
import type { DashboardScope } from '../options.js';
import type { SagaOperations } from '../../nest/index.js';
import type { Audit, AuditEntry, BulkProgress, RequestEntry } from '../ui/wire.js';
import { progressOf } from './bulk-progress.js';
import { isInScope } from './saga-reads.js';

const SHOWN = 50;
/** So many pages are read for one, where most are outside of a scope. */
const MAX_PAGES = 20;
/** What a journal lists in one go. */
const PAGE = 1_000;

interface Sources {
  readonly operations: SagaOperations;
  /** `undefined`: this engine keeps neither. */
  readonly operators: EngineOperators | undefined;
}

function entryOf({ at, ...one }: SagaAuditEntry): AuditEntry {
  const { by, act, name, id, label, reason, outcome, origin, message } = one;
  return {
    ...{ at: at.getTime(), by, act, name, id, reason, outcome, origin },
    ...(label === undefined ? {} : { label }),
    ...(message === undefined ? {} : { message }),
  };
}

function requestOf({ createdAt, takenBy, ...one }: SagaRequest): RequestEntry {
  const { request, bulk, by, act, name, id, label, reason, outcome, message } = one;
  return {
    ...{ request, at: createdAt.getTime(), by, act, name, id, reason },
    inHand: takenBy !== undefined,
    ...(bulk === undefined ? {} : { bulk }),
    ...(label === undefined ? {} : { label }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(message === undefined ? {} : { message }),
  };
}

/** What operators asked for and did, inside one scope. */
export class OperatorReads {
  /** Of sagas that were looked at for this request, by name and id. */
  readonly #own = new Map<string, Promise<boolean>>();

  constructor(
    private readonly sources: Sources,
    private readonly scope: DashboardScope,
  ) {}

  /** A page of the audit, newest first; with the first one what waits to be carried out. */
  async audit(filter: AuditFilter): Promise<Omit<Audit, 'now'>> {
    const { operators } = this.sources;
    if (operators === undefined) return { open: [], entries: [] };
    const entries: SagaAuditEntry[] = [];
    let { cursor } = filter;
    for (let page = 0; page < MAX_PAGES && entries.length < SHOWN; page += 1) {
      const asked = { ...filter, ...(cursor && { cursor }), limit: SHOWN - entries.length };
      const one = await operators.audit(asked);
      entries.push(...(await this.#inScope(one.entries)));
      cursor = one.nextCursor;
      if (cursor === undefined) break;
    }
    return {
      open: filter.cursor === undefined ? await this.open() : [],
      entries: entries.map(entryOf),
      ...(cursor === undefined ? {} : { nextCursor: cursor }),
    };
  }

  /** Of one saga: what waits, and why the newest one was not done. */
  async of({ name, id }: SagaDetails): Promise<readonly RequestEntry[]> {
    const { operators } = this.sources;
    if (operators === undefined) return [];
    const { requests } = await operators.requests({ name, id, limit: 10 });
    const isShown = ({ outcome }: SagaRequest, at: number): boolean =>
      outcome === undefined || (at === 0 && (outcome === 'refused' || outcome === 'failed'));
    return requests.filter(isShown).map(requestOf);
  }

  /** What waits to be carried out, of all sagas. */
  async open(): Promise<readonly RequestEntry[]> {
    const { operators } = this.sources;
    if (operators === undefined) return [];
    const { requests } = await operators.requests({ open: true, limit: SHOWN });
    return (await this.#inScope(requests)).map(requestOf);
  }

  /** The sagas for which somebody has asked for the same, and waits for it. */
  async askedFor(act: BulkAct): Promise<ReadonlySet<string>> {
    const open = await this.#all({ open: true });
    const same = open.filter((one) => one.act === BULK_ACTS[act].act);
    return new Set(same.map(({ name, id }) => refKey({ name, id })));
  }

  /** @throws Refusal 404 where there is no such bulk act, or none in scope */
  async bulk(bulk: string, actor: string | undefined): Promise<Omit<BulkProgress, 'now'>> {
    const own = (await this.#all({ bulk })).filter((one) => this.isOfBulk(one, actor));
    if (own.length === 0) throw new Refusal(404, 'There is no such bulk act');
    return progressOf(bulk, own);
  }

  /**
   * Whether one sees that request of a bulk act. Where tags decide, whoever has left it alone: sagas are gone after
   * a forget, and of each one would have to be asked whose it is.
   */
  isOfBulk({ name, by }: SagaRequest, actor: string | undefined): boolean {
    const { names, tags } = this.scope;
    return (names?.includes(name) ?? true) && (tags === undefined || by === actor);
  }

  async #all(filter: RequestFilter): Promise<readonly SagaRequest[]> {
    const { operators } = this.sources;
    const all: SagaRequest[] = [];
    let cursor: string | undefined;
    for (let page = 0; operators !== undefined && page < MAX_PAGES; page += 1) {
      const one = await operators.requests({ ...filter, ...(cursor && { cursor }), limit: PAGE });
      all.push(...one.requests);
      await turn();
      cursor = one.nextCursor;
      if (cursor === undefined) break;
    }
    return all;
  }

  /** Where tags decide, of sagas that are there alone: of one that is gone nobody can say whose it was. */
  async #inScope<T extends { readonly name: string; readonly id: string }>(
    acts: readonly T[],
  ): Promise<readonly T[]> {
    const { names, tags } = this.scope;
    const named = names === undefined ? acts : acts.filter(({ name }) => names.includes(name));
    if (tags === undefined) return named;
    const own = await Promise.all(named.map((act) => this.#isOwn(act.name, act.id)));
    return named.filter((_, at) => own[at]);
  }

  #isOwn(name: string, id: string): Promise<boolean> {
    const key = refKey({ name, id });
    const known = this.#own.get(key) ?? this.#looksOwn(name, id);
    this.#own.set(key, known);
    return known;
  }

  async #looksOwn(name: string, id: string): Promise<boolean> {
    try {
      const saga = await this.sources.operations.get(name, id);
      return saga !== undefined && isInScope(this.scope, saga);
    } catch (error) {
      if (isSagaError(error, 'SAGA_NOT_FOUND')) return false;
      throw error;
    }
  }
}
