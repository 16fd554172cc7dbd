import type {
  AbandonedRequest,
  AbandonedSagas,
  AuditEntry,
  ClaimRequest,
  DefinitionJson,
  ForgetRequest,
  OwnerInfo,
  ReleaseRequest,
  SagaRef,
  SagaRow,
} from '../../core/index.js';
import { entryValues, storable, toAbandoned, toSagaRow, type SqlRow } from '../sql/index.js';
import { withClient, transaction, type PgQuery } from './driver.js';
import type { Connections } from './connections.js';
import { isItemFault } from './failures.js';
import {
  forgetDamagedSql,
  forgettableByAgeSql,
  forgettableByRefSql,
  forgetSql,
} from './forget-sql.js';
import { savePlansSql } from './insight-sql.js';
import type { KnownSagas } from './known-sagas.js';
import {
  abandonedSql,
  cancelSql,
  claimOneSql,
  claimSql,
  heartbeatSql,
  leaveSql,
  releaseSql,
  sweepOwnersSql,
} from './claims-sql.js';
import { writeAuditSql } from './operators-sql.js';
import { refValues } from './reader.js';
import { PLAN_BY_KEYS } from './session.js';
import type { Tables } from './tables.js';
import { writeNumber } from './writer.js';

/** Claims whose answer was lost are remembered; more than a few mean a server that is away. */
const MAX_LOST = 1_000;

/** How long a heartbeat may take in any case, in ms. */
const MIN_BEAT_MS = 1_000;

/** Owners and what they own. Every call may be repeated. */
export class Claims {
  /** Numbers of claims that may have claimed sagas although their answer was lost. */
  readonly #lost = new Set<string>();

  constructor(
    private readonly tables: Tables,
    private readonly connections: Connections,
    private readonly known: KnownSagas,
  ) {}

  /** A heartbeat that hangs is given up in time for another one on a connection that answers. */
  async heartbeat(owner: string, leaseMs: number, info?: OwnerInfo): Promise<readonly SagaRow[]> {
    const said = info === undefined ? null : JSON.stringify(info);
    const values = [storable('owner', owner), Math.ceil(leaseMs), said];
    const query_timeout = Math.max(MIN_BEAT_MS, Math.ceil(leaseMs / 3));
    const text = heartbeatSql(this.tables);
    const rows = await this.connections.beat({ text, values, query_timeout });
    return rows.map(toSagaRow);
  }

  async leave(owner: string): Promise<void> {
    await this.connections.act({
      text: leaveSql(this.tables),
      values: [storable('owner', owner)],
    });
  }

  async sweep(): Promise<void> {
    await this.connections.send({ text: sweepOwnersSql(this.tables) });
  }

  /**
   * A claim that was committed though its answer was lost would leave sagas to a living process that
   * does not know of them: the next claim returns them.
   */
  async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const { owner, application = '', names, limit, id, force = false, recoveries } = request;
    const number = writeNumber();
    const lost = [...this.#lost];
    const values: unknown[] = [
      storable('owner', owner),
      number,
      names.map((name) => storable('name', name)),
      limit,
      lost,
      storable('application', application),
    ];
    let text: string;
    if (id !== undefined) {
      text = claimOneSql(this.tables);
      values.push(storable('id', id), force);
    } else if (recoveries === undefined) text = claimSql(this.tables);
    else if ('below' in recoveries) {
      text = claimSql(this.tables, 'below');
      values.push(recoveries.below);
    } else {
      text = claimSql(this.tables, 'suspects');
      values.push(recoveries.from);
    }
    const { act, send } = this.connections;
    // Not before it has failed: one that is under way is answered to who asked.
    const rows = await (id === undefined ? send : act)({ text, values }).catch((error: unknown) => {
      this.#lost.add(number);
      if (this.#lost.size > MAX_LOST) this.#lost.delete(lost[0] ?? '');
      throw error;
    });
    for (const row of rows) this.#remember(row);
    return rows.toSorted((a, b) => Number(a['saga']) - Number(b['saga'])).map(toSagaRow);
  }

  async abandoned(request: AbandonedRequest): Promise<readonly AbandonedSagas[]> {
    const { application = '', except } = request;
    const names = except.map((name) => storable('name', name));
    const values = [storable('application', application), names];
    const text = abandonedSql(this.tables);
    return (await this.connections.send({ text, values })).map(toAbandoned);
  }

  async savePlans(application: string, plans: readonly DefinitionJson[]): Promise<void> {
    const values = [storable('application', application), JSON.stringify(plans)];
    await this.connections.act({ text: savePlansSql(this.tables), values });
  }

  async release({ ref, owner, epoch, graceful }: ReleaseRequest): Promise<void> {
    const values = [...refValues(ref), epoch, owner, graceful ? 1 : 0];
    await this.connections.act({ text: releaseSql(this.tables), values });
  }

  async requestCancel(ref: SagaRef, reason: string, audit?: AuditEntry): Promise<void> {
    const by = audit === undefined ? null : storable('by', audit.by);
    const told = audit === undefined ? [] : [...entryValues(audit), 'requested'];
    const values = [...refValues(ref), storable('reason', reason), by, ...told];
    await this.connections.act({ text: cancelSql(this.tables, audit !== undefined), values });
  }

  async forget(request: ForgetRequest): Promise<number> {
    try {
      return await this.#forget(request, forgetSql(this.tables));
    } catch (error) {
      if (!isItemFault(error)) throw error;
      return this.#forget(request, forgetDamagedSql(this.tables));
    }
  }

  #forget(request: ForgetRequest, sql: string): Promise<number> {
    const { connections } = this;
    const forgettable = forgettableOf(this.tables, request);
    return withClient(connections.pool, (client) =>
      transaction(client, async () => {
        const found = await connections.sendOn(client, forgettable);
        if (found.length === 0) return 0;
        await connections.sendOn(client, PLAN_BY_KEYS);
        const values = [found.map(({ saga }) => saga)];
        const gone = (await connections.sendOn(client, { text: sql, values })).length;
        const audit = 'ref' in request ? request.audit : undefined;
        if (gone > 0 && audit !== undefined) {
          const told = [...entryValues(audit), 'done'];
          await connections.sendOn(client, { text: writeAuditSql(this.tables), values: told });
        }
        return gone;
      }),
    );
  }

  #remember(row: SqlRow): void {
    this.known.set(toSagaRow(row), String(row['saga']));
  }
}

function forgettableOf(tables: Tables, request: ForgetRequest): PgQuery {
  if ('ref' in request) {
    return { text: forgettableByRefSql(tables), values: refValues(request.ref) };
  }
  const { application = '', status, olderThanMs, limit } = request;
  const whose = storable('application', application);
  return {
    text: forgettableByAgeSql(tables),
    values: [status, Math.floor(olderThanMs), limit, whose],
  };
}
