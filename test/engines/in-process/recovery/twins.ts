import type {
  CancelRequest,
  JournalBatch,
  SagaRef,
  SagaRow,
  StoredSaga,
} from 'nestjs-saga-orchestrator/core';
import { WatchedJournal } from './watched-journal.js';

/** A journal, or an engine as its journal shows it, with one defect that somebody could make. */
export interface Twin {
  readonly defect: string;
  /** What the oracles must say of it. */
  readonly shows: RegExp;
  readonly journal: typeof WatchedJournal;
}

/** Takes whatever it is given as the next records of whoever owns the saga. */
class NoEpochCheck extends WatchedJournal {
  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const stored = await this.load(batch.ref);
    if (stored === undefined) return super.append(batch);
    const { owner, epoch } = stored.row;
    const entries = batch.entries.map((entry, n) => ({
      ...entry,
      seq: stored.entries.length + 1 + n,
    }));
    await super.append({ ...batch, owner: owner ?? batch.owner, epoch, entries });
  }
}

/** Does not look at heartbeats. */
class ClaimsFromTheLiving extends WatchedJournal {
  override async heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    const asked = await super.heartbeat(owner, leaseMs);
    await super.heartbeat(owner, -1);
    this.lives(owner, leaseMs);
    return asked;
  }
}

/** Shows an engine another past than the one it was told, as an `evolve` with a hole in it would. */
function forgets(type: string): typeof WatchedJournal {
  return class extends WatchedJournal {
    override async load(ref: SagaRef): Promise<StoredSaga | undefined> {
      const stored = await super.load(ref);
      if (stored === undefined || this.isJudged) return stored;
      const entries = stored.entries.map((entry) =>
        entry.head.startsWith(`{"type":"${type}"`)
          ? { ...entry, head: '{"type":"recovered","owner":"nobody"}', result: null }
          : entry,
      );
      return { ...stored, entries };
    }
  };
}

/** Takes a request to cancel, and tells nobody of it: neither the owner nor who takes the saga over. */
class DeafToWishes extends WatchedJournal {
  override requestCancel(): Promise<void> {
    return Promise.resolve();
  }
}

export const TWINS: readonly Twin[] = [
  {
    defect: 'a journal without epoch check',
    shows: /gapless|not as the machine decides|zombie/,
    journal: NoEpochCheck,
  },
  {
    defect: 'a worker that claims sagas of living owners',
    shows: /was claimed from who lives/,
    journal: ClaimsFromTheLiving,
  },
  {
    defect: 'an evolve that forgets a started step',
    shows: /not as the machine decides|net-effect|no-blind-repeat/,
    journal: forgets('started'),
  },
  {
    defect: 'an evolve that forgets the turn',
    shows: /no-action-after-turn|not as the machine decides: compensating/,
    journal: forgets('compensating'),
  },
];

/** Of the model alone: whoever only sleeps longer than its lease cancels nothing from elsewhere. */
export const MODEL_TWINS: readonly Twin[] = [
  ...TWINS,
  {
    defect: 'a journal that takes a request to cancel and tells nobody of it',
    shows: /accepted-cancel-is-kept/,
    journal: DeafToWishes,
  },
];
