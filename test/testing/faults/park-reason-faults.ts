import type {
  JournalBatch,
  SagaFilter,
  SagaPage,
  SagaRef,
  SagaRow,
} from 'nestjs-saga-orchestrator/core';
import { Faulty, type Fault } from './faulty.js';

/** Like a store that has no column for it. */
class KnowsNoReason extends Faulty {
  override async get(ref: SagaRef): Promise<SagaRow | undefined> {
    const row = await super.get(ref);
    return row && { ...row, parkReason: null, label: null };
  }
}

class KeepsTheFirstReason extends Faulty {
  readonly #reasons = new Map<string, NonNullable<JournalBatch['parked']>>();
  override append(batch: JournalBatch) {
    const { parked } = batch;
    const first = this.#reasons.get(batch.ref.id) ?? parked;
    if (first === undefined) return super.append(batch);
    this.#reasons.set(batch.ref.id, first);
    return super.append({ ...batch, parked: first });
  }
}

/** Writes the rows of one status together, by the first of them. */
class MixesReasons extends Faulty {
  #first: JournalBatch['parked'];
  override append(batch: JournalBatch) {
    if (batch.parked === undefined) return super.append(batch);
    this.#first ??= batch.parked;
    return super.append({ ...batch, parked: this.#first });
  }
}

class ListsWhateverIsParked extends Faulty {
  override async list({ parkReason, ...filter }: SagaFilter): Promise<SagaPage> {
    return super.list(parkReason === undefined ? filter : { ...filter, status: 'parked' });
  }
}

export const parkReasonFaults: readonly Fault[] = [
  [KnowsNoReason, 'a row tells why its saga is parked, and at which step'],
  [KeepsTheFirstReason, 'a row tells why its saga is parked, and at which step'],
  [KeepsTheFirstReason, 'a saga that goes on is parked for no reason any more'],
  [MixesReasons, 'sagas of one write keep their own reasons'],
  [ListsWhateverIsParked, 'list by park reason tells those that are parked for it'],
];
