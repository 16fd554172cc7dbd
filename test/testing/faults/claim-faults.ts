import type {
  AbandonedRequest,
  AbandonedSagas,
  ClaimRequest,
  CancelRequest,
  JournalBatch,
  NewSaga,
  ReleaseRequest,
  SagaRef,
  SagaRow,
} from 'nestjs-saga-orchestrator/core';
import { Faulty, type Fault } from './faulty.js';

/** A cancel that was requested before a saga came to rest is acted upon when it goes on. */
class KeepsOldWishes extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const before = await Promise.all(
      request.names.map((name) => this.get({ name, id: request.id ?? '' })),
    );
    const rows = await super.claim(request);
    return rows.map((row) => ({
      ...row,
      cancelReason: before.find((old) => old?.id === row.id)?.cancelReason ?? row.cancelReason,
    }));
  }
}

class ClaimsTwice extends Faulty {
  #last: readonly SagaRow[] = [];

  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const again = this.#last.slice(0, request.limit);
    this.#last = await super.claim(request);
    return this.#last.length > 0 ? this.#last : again;
  }
}

class IgnoresExpiry extends Faulty {
  override heartbeat(owner: string): Promise<readonly SagaRow[]> {
    return super.heartbeat(owner, Number.MAX_SAFE_INTEGER / 2);
  }
}

class ClaimsLiveOnes extends Faulty {
  override heartbeat(owner: string): Promise<readonly SagaRow[]> {
    return super.heartbeat(owner, -1);
  }
}

/** Renewing an expired lease has no effect. */
class NeverRenews extends Faulty {
  readonly #first = new Set<string>();

  override heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    if (this.#first.has(owner)) return super.heartbeat(owner, -1);
    this.#first.add(owner);
    return super.heartbeat(owner, leaseMs);
  }
}

/** Takes by id only where nobody at all lives. */
class AsksWhetherAnybodyLives extends Faulty {
  #beating = false;

  override heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    this.#beating = true;
    return super.heartbeat(owner, leaseMs);
  }

  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    if (request.id !== undefined && this.#beating) return [];
    return super.claim(request);
  }
}

class ClaimsSuspectsWithTheOthers extends Faulty {
  override claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const { recoveries, ...others } = request;
    const isOfHealthyOnes = recoveries !== undefined && 'below' in recoveries;
    return super.claim(isOfHealthyOnes ? others : request);
  }
}

/** The oldest of them all, how often it fell or not. */
class ClaimsTheOldestSuspect extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const { recoveries, ...others } = request;
    if (recoveries === undefined || 'below' in recoveries) return super.claim(request);
    const { rows } = await this.list({});
    for (const { id, recoveries: count, owner } of rows.toReversed()) {
      if (count < recoveries.from || owner === request.owner) continue;
      const claimed = await super.claim({ ...others, id });
      if (claimed.length > 0) return claimed;
    }
    return [];
  }
}

class CountsRecoveriesLate extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const rows = await super.claim(request);
    return rows.map((row) => ({ ...row, recoveries: row.recoveries - 1 }));
  }
}

/** Claims keep the epoch, so that the old owner's appends would still pass. */
class KeepsTheEpoch extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const rows = await super.claim(request);
    return rows.map((row) => ({ ...row, epoch: row.epoch - 1 }));
  }
}

class NeverResetsRecoveries extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    return super.append({ ...batch, progress: false });
  }
}

class AlwaysResetsRecoveries extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    return super.append({ ...batch, progress: true });
  }
}

/** Takes every status for a live one. */
class ClaimsUnknownStatuses extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const rows = await super.claim(request);
    return rows.length > 0 ? rows : super.claim({ ...request, id: this.#last });
  }

  #last = '';

  override create(saga: NewSaga): Promise<SagaRow | undefined> {
    this.#last = saga.id;
    return super.create(saga);
  }
}

class ClaimsUnknownNames extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const all = await this.list({ limit: 1_000 });
    return super.claim({ ...request, names: all.rows.map(({ name }) => name) });
  }
}

class ClaimsTheNewestFirst extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    if (request.id !== undefined) return super.claim(request);
    const claimed: SagaRow[] = [];
    for (const { id } of (await this.list({ limit: 1_000, status: 'running' })).rows) {
      if (claimed.length < request.limit) claimed.push(...(await super.claim({ ...request, id })));
    }
    return claimed;
  }
}

class ReleasesWithAnyEpoch extends Faulty {
  override async release(request: ReleaseRequest): Promise<void> {
    const { epoch = 0 } = (await this.get(request.ref)) ?? {};
    return super.release({ ...request, epoch });
  }
}

class ReleasesForAnyOwner extends Faulty {
  override async release(request: ReleaseRequest): Promise<void> {
    const { owner } = (await this.get(request.ref)) ?? {};
    return super.release({ ...request, owner: owner ?? request.owner });
  }
}

class CountsWhatWasGivenBackInOrder extends Faulty {
  override release(request: ReleaseRequest): Promise<void> {
    return super.release({ ...request, graceful: false });
  }
}

class LeavesForEverybody extends Faulty {
  readonly #owners = new Set<string>();

  override heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    this.#owners.add(owner);
    return super.heartbeat(owner, leaseMs);
  }

  override async leave(): Promise<void> {
    for (const owner of this.#owners) await super.leave(owner);
  }
}

class LastWishWins extends Faulty {
  readonly #requests = new Map<string, string>();

  override requestCancel(ref: SagaRef, reason: string): Promise<void> {
    this.#requests.set(ref.id, reason);
    return super.requestCancel(ref, reason);
  }

  override async get(ref: SagaRef): Promise<SagaRow | undefined> {
    const row = await super.get(ref);
    const cancelReason = row?.cancelReason != null ? this.#requests.get(ref.id) : undefined;
    return row && cancelReason !== undefined ? { ...row, cancelReason } : row;
  }
}

class NeverTellsOfCancels extends Faulty {
  override async heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    await super.heartbeat(owner, leaseMs);
    return [];
  }
}

/** Counts all that are not at rest, also those that somebody works on. */
class TakesAllForAbandoned extends Faulty {
  override async abandoned(request: AbandonedRequest): Promise<readonly AbandonedSagas[]> {
    const { application = '' } = request;
    const { rows } = await this.list({ application, limit: 1_000, status: 'running' });
    const others = rows.filter(({ name }) => !request.except.includes(name));
    return others.map(({ name, version }) => ({ name, version, sagas: 1 }));
  }
}

class CountsWhatIsKnown extends Faulty {
  override abandoned(request: AbandonedRequest): Promise<readonly AbandonedSagas[]> {
    return super.abandoned({ ...request, except: [] });
  }
}

class TellsOfCancelsByHeartbeatAlone extends Faulty {
  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    await super.append(batch);
  }
}

class TakesNothingByForce extends Faulty {
  override claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    return super.claim({ ...request, force: false });
  }
}

/** The process whose saga was taken goes on waiting for a step that hangs. */
class NeverTellsOfForce extends Faulty {
  override async heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    return (await super.heartbeat(owner, leaseMs)).filter((row) => row.owner === owner);
  }
}

/** Who takes up its own is told that it was taken. */
class TakesFromItself extends Faulty {
  readonly #taken: SagaRow[] = [];

  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const rows = await super.claim(request);
    if (request.force === true) this.#taken.push(...rows);
    return rows;
  }

  override async heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    const told = await super.heartbeat(owner, leaseMs);
    return [...told, ...this.#taken.filter((row) => row.owner === owner)];
  }
}

export const claimFaults: readonly Fault[] = [
  [
    TakesNothingByForce,
    'a claim by force takes a saga from an owner that lives, which is fenced and told',
  ],
  [
    NeverTellsOfForce,
    'a claim by force takes a saga from an owner that lives, which is fenced and told',
  ],
  [TakesFromItself, 'a claim by force without need is a claim like any other'],
  [TakesAllForAbandoned, 'abandoned sagas of other names are counted, and left as they are'],
  [CountsWhatIsKnown, 'abandoned sagas of other names are counted, and left as they are'],
  [KeepsOldWishes, 'a request to cancel ends when the saga is taken up at rest'],
  [ClaimsTwice, 'two claims at the same time never get the same saga, and together get all'],
  [IgnoresExpiry, 'a saga can be claimed once the lease of its owner ran out'],
  [ClaimsLiveOnes, 'a saga whose owner lives is never claimed'],
  [NeverRenews, 'a heartbeat gives a process its whole lease again'],
  [
    CountsRecoveriesLate,
    'a claim raises the epoch and the count of recoveries, and tells the new row',
  ],
  [KeepsTheEpoch, 'a claim raises the epoch and the count of recoveries, and tells the new row'],
  [NeverResetsRecoveries, 'recoveries add up until a record of progress'],
  [AlwaysResetsRecoveries, 'recoveries add up until a record of progress'],
  [ClaimsUnknownStatuses, 'a saga of a status that is not known is left to a later version'],
  [AsksWhetherAnybodyLives, 'a claim by id takes from its owner alone, whoever else lives'],
  [ClaimsSuspectsWithTheOthers, 'a claim takes only sagas with the recoveries it asks for'],
  [
    ClaimsTheOldestSuspect,
    'of suspects the one with the most recoveries comes first, then the oldest and the youngest in turn',
  ],
  [ClaimsUnknownNames, 'sagas of other names are left alone'],
  [ClaimsTheNewestFirst, 'a claim takes the oldest first, and no more than its limit'],
  [
    ReleasesWithAnyEpoch,
    'release lets a saga be claimed at once; with another epoch or owner it does nothing',
  ],
  [
    ReleasesForAnyOwner,
    'release lets a saga be claimed at once; with another epoch or owner it does nothing',
  ],
  [
    CountsWhatWasGivenBackInOrder,
    'a take-over counts as a recovery, unless the saga is released gracefully',
  ],
  [
    LeavesForEverybody,
    'leave lets everything of that process be claimed at once, and nothing else',
  ],
  [LastWishWins, 'the first request to cancel stays, and outlives a claim'],
  [
    TellsOfCancelsByHeartbeatAlone,
    'an append tells its owner that somebody asked to cancel the saga',
  ],
  [NeverTellsOfCancels, 'a heartbeat tells which of its sagas somebody asked to cancel'],
];
