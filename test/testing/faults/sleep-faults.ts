import type {
  AbandonedRequest,
  AbandonedSagas,
  ClaimRequest,
  CancelRequest,
  JournalBatch,
  SagaRef,
  SagaRow,
} from 'nestjs-saga-orchestrator/core';
import { Faulty, type Fault } from './faulty.js';

/** Knows nothing of sleep: the saga stays its owner's. */
class StaysAwake extends Faulty {
  override append({ sleep: _, ...batch }: JournalBatch): Promise<CancelRequest | undefined | void> {
    return super.append(batch);
  }
}

class LosesTheWakeTime extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    return super.append(batch.sleep === undefined ? batch : { ...batch, sleep: { until: null } });
  }
}

/** Releases it, whoever asks, before it looks whether he may. */
class PutsToSleepUnfenced extends Faulty {
  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const row = await this.get(batch.ref);
    if (batch.sleep !== undefined && row !== undefined && row.owner !== null) {
      const { owner, epoch } = row;
      await super.release({ ref: batch.ref, owner, epoch, graceful: false });
    }
    return super.append(batch);
  }
}

/** Takes what is nobody's, as if it were awake. */
class ClaimsWhatSleeps extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const { rows } = await this.list({ limit: 1_000 });
    for (const { name, id, wakeAt } of rows) {
      if (wakeAt === null) continue;
      const taken = await super.claim({ ...request, names: [name], id, force: true });
      if (taken.length > 0) return taken;
    }
    return super.claim(request);
  }
}

/** Only who waits for the end of one takes it from its sleep. */
class ClaimsWhatSleepsById extends Faulty {
  override claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    return super.claim({ ...request, force: request.id !== undefined });
  }
}

class NeverWakes extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const rows = await this.list({ limit: 1_000 });
    const awake = rows.rows.filter(({ wakeAt }) => wakeAt === null).map(({ id }) => id);
    const claimed: SagaRow[] = [];
    for (const id of awake) {
      if (request.id === undefined || request.id === id) {
        claimed.push(...(await super.claim({ ...request, id })));
      }
    }
    return claimed;
  }
}

class TakesAWakingForARecovery extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const before = await this.list({ limit: 1_000 });
    const slept = new Set(before.rows.filter(({ wakeAt }) => wakeAt !== null).map(({ id }) => id));
    const rows = await super.claim(request);
    return rows.map((row) => ({
      ...row,
      recoveries: row.recoveries + (slept.has(row.id) ? 1 : 0),
    }));
  }
}

/** Sleep is taken for progress. */
class ForgetsRecoveriesInSleep extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    return super.append(batch.sleep === undefined ? batch : { ...batch, progress: true });
  }
}

class SleepsThroughCancels extends Faulty {
  override async requestCancel(ref: SagaRef, reason: string): Promise<void> {
    if ((await this.get(ref))?.wakeAt === null) await super.requestCancel(ref, reason);
  }
}

/** The request was there first, and nobody looks at it. */
class SleepsWithAWish extends Faulty {
  readonly #requests: (readonly [SagaRef, string])[] = [];

  override async requestCancel(ref: SagaRef, reason: string): Promise<void> {
    this.#requests.push([ref, reason]);
  }

  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    await super.append(batch);
    const asked = this.#requests.find(([{ id }]) => id === batch.ref.id);
    return asked && { reason: asked[1] };
  }
}

class LetsSleepByForce extends Faulty {
  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    return super.claim({ ...request, force: false });
  }
}

/** Who put it to sleep is told that it was taken. */
class TellsOfWaking extends Faulty {
  readonly #slept = new Map<string, string>();

  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    if (batch.sleep !== undefined) this.#slept.set(batch.ref.id, batch.owner);
    return super.append(batch);
  }

  override async heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    const told = await super.heartbeat(owner, leaseMs);
    const { rows } = await this.list({ limit: 1_000 });
    const woken = rows.filter(({ id, wakeAt }) => wakeAt === null && this.#slept.get(id) === owner);
    return [...told, ...woken];
  }
}

class CountsWhatSleeps extends Faulty {
  override async abandoned(request: AbandonedRequest): Promise<readonly AbandonedSagas[]> {
    const { rows } = await this.list({ limit: 1_000, status: 'running' });
    const sagas = rows.filter(({ owner }) => owner === null).length;
    return sagas === 0 ? super.abandoned(request) : [{ name: 'TransferMoney', version: 1, sagas }];
  }
}

const RELEASED =
  'an append that puts a saga to sleep writes its records and releases it; its row tells until when';
const DUE = 'a saga that slept is claimed when its time has come, which is no recovery';
const FORCED = 'a claim by force wakes a saga that sleeps, and takes it from nobody';

export const sleepFaults: readonly Fault[] = [
  [StaysAwake, RELEASED],
  [LosesTheWakeTime, RELEASED],
  [PutsToSleepUnfenced, 'only its owner puts a saga to sleep'],
  [ClaimsWhatSleeps, 'a saga that sleeps is claimed by nobody before its time'],
  [ClaimsWhatSleepsById, 'a saga that sleeps is claimed by nobody before its time'],
  [LosesTheWakeTime, DUE],
  [NeverWakes, DUE],
  [TakesAWakingForARecovery, DUE],
  [ForgetsRecoveriesInSleep, 'the recoveries of a saga outlast its sleep'],
  [SleepsThroughCancels, 'a request to cancel ends a sleep'],
  [
    SleepsWithAWish,
    'a saga that somebody asked to cancel before it was put to sleep is told so, and does not sleep',
  ],
  [LetsSleepByForce, FORCED],
  [TellsOfWaking, FORCED],
  [CountsWhatSleeps, 'a saga that sleeps is not abandoned before its time'],
];
