import {
  listQuery,
  type ForgetRequest,
  type CancelRequest,
  type JournalBatch,
  type NewSaga,
  type SagaFilter,
  type SagaPage,
  type SagaRef,
  type SagaRow,
  type StoredSaga,
} from 'nestjs-saga-orchestrator/core';
import { Faulty, type Fault } from './faulty.js';

class HalfAppliedCreate extends Faulty {
  override create(saga: NewSaga): Promise<SagaRow | undefined> {
    const created = super.create({ ...saga, entries: saga.entries.slice(0, 1) });
    const { name, id, owner, status, entries } = saga;
    const rest = { ref: { name, id }, owner, epoch: 1, entries: entries.slice(1), status };
    return created.then(async (row) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (row === undefined) await super.append({ ...rest, progress: false });
      return row;
    });
  }
}

class ForgetsHeaders extends Faulty {
  override create({ headers: _, ...saga }: NewSaga): Promise<SagaRow | undefined> {
    return super.create(saga);
  }
}

class OverwritesOnCreate extends Faulty {
  override async create(saga: NewSaga): Promise<SagaRow | undefined> {
    const { name, id } = saga;
    const row = await this.get(saga);
    const owner = row?.owner;
    if (row !== undefined && owner !== undefined && owner !== null) {
      const entries = saga.entries.map((entry, index) => ({ ...entry, seq: index + 2 }));
      const { epoch, status } = row;
      await super
        .append({ ref: { name, id }, owner, epoch, entries, status, progress: false })
        .catch(() => undefined);
    }
    return super.create(saga);
  }
}

class SkipsAtPageBorders extends Faulty {
  override async list(filter: SagaFilter): Promise<SagaPage> {
    const { limit } = listQuery(filter);
    const page = await super.list({ ...filter, limit: Math.min(limit + 1, 1_000) });
    return page.rows.length > limit ? { ...page, rows: page.rows.slice(0, limit) } : page;
  }
}

class RepeatsAtPageBorders extends Faulty {
  #cursors = new Map<string, SagaRow>();

  override async list(filter: SagaFilter): Promise<SagaPage> {
    const page = await super.list(filter);
    const last = page.rows.at(-1);
    if (page.nextCursor !== undefined && last) this.#cursors.set(page.nextCursor, last);
    const repeated = this.#cursors.get(filter.cursor ?? '');
    return repeated === undefined ? page : { ...page, rows: [repeated, ...page.rows.slice(0, -1)] };
  }
}

/** Counts from the front, so that each new saga pushes one over the border. */
class PagesByOffset extends Faulty {
  override async list(filter: SagaFilter): Promise<SagaPage> {
    const { cursor, limit = 50, ...rest } = filter;
    const offset = cursor === undefined ? 0 : Number(/^o(\d+)$/.exec(cursor)?.[1] ?? NaN);
    if (Number.isNaN(offset)) return super.list(filter);
    const { rows } = await super.list({ ...rest, limit: 1_000 });
    const page = rows.slice(offset, offset + limit);
    return rows.length > offset + limit
      ? { rows: page, nextCursor: `o${offset + limit}` }
      : { rows: page };
  }
}

class AnyTagWillDo extends Faulty {
  override async list(filter: SagaFilter): Promise<SagaPage> {
    const tags = Object.entries(filter.tags ?? {}).slice(0, 1);
    return super.list(
      filter.tags === undefined ? filter : { ...filter, tags: Object.fromEntries(tags) },
    );
  }
}

class ForgetsLiveOnes extends Faulty {
  readonly #gone = new Set<string>();

  override async forget(request: ForgetRequest): Promise<number> {
    if (!('ref' in request) || (await this.get(request.ref)) === undefined) {
      return super.forget(request);
    }
    if ((await super.forget(request)) === 0) this.#gone.add(request.ref.id);
    return 1;
  }

  override async load(ref: SagaRef): Promise<StoredSaga | undefined> {
    return this.#gone.has(ref.id) ? undefined : super.load(ref);
  }
}

class ForgetsTheYoung extends Faulty {
  override forget(request: ForgetRequest): Promise<number> {
    return super.forget('ref' in request ? request : { ...request, olderThanMs: 0 });
  }
}

class ForgetsWithoutLimit extends Faulty {
  override forget(request: ForgetRequest): Promise<number> {
    return super.forget('ref' in request ? request : { ...request, limit: 1_000 });
  }
}

class FoldsCase extends Faulty {
  override create(saga: NewSaga): Promise<SagaRow | undefined> {
    return super.create({ ...saga, id: saga.id.toLowerCase() });
  }

  override load({ name, id }: SagaRef): Promise<StoredSaga | undefined> {
    return super.load({ name, id: id.toLowerCase() });
  }
}

/** What it does after it was closed is refused; a twin says when that is. */
class Closable extends Faulty {
  protected refuses = false;

  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    return this.refuses ? Promise.reject(new Error('closed')) : super.append(batch);
  }
}

class NeverOpensAgain extends Closable {
  override close(): Promise<void> {
    this.refuses = true;
    return Promise.resolve();
  }
}

/** The first user that goes takes it from the others. */
class ClosesForAll extends Closable {
  override open(): Promise<void> {
    this.refuses = false;
    return Promise.resolve();
  }

  override close(): Promise<void> {
    this.refuses = true;
    return Promise.resolve();
  }
}

/** Counts its users, but an opening does not wait for the closing that is under way. */
class ClosesBehindOne extends Closable {
  #users = 0;

  override open(): Promise<void> {
    this.#users += 1;
    this.refuses = false;
    return Promise.resolve();
  }

  override async close(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.refuses = true;
  }
}

export const storeFaults: readonly Fault[] = [
  [NeverOpensAgain, 'it may be opened again after it was closed'],
  [ClosesForAll, 'it stays open until the last of its users has closed it'],
  [ClosesBehindOne, 'it is open for who opens it while another user closes it'],
  [ForgetsHeaders, 'headers are kept with a saga, and every row of it tells them'],
  [HalfAppliedCreate, 'a saga that is created can be seen whole or not at all'],
  [OverwritesOnCreate, 'create of a taken id returns the saga that has it, and changes nothing'],
  [SkipsAtPageBorders, 'pages neither skip nor repeat a saga, also while others are created'],
  [RepeatsAtPageBorders, 'pages neither skip nor repeat a saga, also while others are created'],
  [PagesByOffset, 'pages neither skip nor repeat a saga, also while others are created'],
  [AnyTagWillDo, 'list by name, key, status and tags: every condition must hold'],
  [ForgetsLiveOnes, 'forget never deletes a saga that is not at rest'],
  [ForgetsTheYoung, 'forget by age deletes what came to rest long ago, of that status'],
  [ForgetsWithoutLimit, 'forget deletes no more than its limit in one call'],
  [FoldsCase, 'ids, names, keys and tags of any text are kept apart and found again'],
];
