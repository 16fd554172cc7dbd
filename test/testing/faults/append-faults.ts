import type {
  CancelRequest,
  JournalBatch,
  SagaRef,
  StoredSaga,
} from 'nestjs-saga-orchestrator/core';
import { Faulty, rowOf, type Fault } from './faulty.js';

class NoEpochCheck extends Faulty {
  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const row = await rowOf(this, batch.ref);
    return super.append({ ...batch, epoch: row?.epoch ?? batch.epoch });
  }
}

class NoOwnerCheck extends Faulty {
  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const row = await rowOf(this, batch.ref);
    return super.append({ ...batch, owner: row?.owner ?? batch.owner });
  }
}

/** Puts the records where there is room, whatever seq they claim to have. */
class NoSeqCheck extends Faulty {
  #tail: Promise<CancelRequest | undefined | void> = Promise.resolve();

  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    return (this.#tail = this.#tail.then(async () => {
      const next = ((await this.load(batch.ref))?.entries.length ?? 0) + 1;
      const entries = batch.entries.map((entry, index) => ({ ...entry, seq: next + index }));
      await super.append({ ...batch, entries });
    }));
  }
}

class LosesTheLastRecord extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const { entries } = batch;
    return super.append({ ...batch, entries: entries.length > 1 ? entries.slice(0, -1) : entries });
  }
}

class CountsFromZero extends Faulty {
  override async load(ref: SagaRef): Promise<StoredSaga | undefined> {
    const stored = await super.load(ref);
    return stored && { ...stored, nextSeq: stored.entries.length };
  }
}

class LosesTheStatus extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    return super.append({ ...batch, status: 'running' });
  }
}

class AcknowledgesTooEarly extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    setTimeout(() => void super.append(batch).catch(() => undefined), 5);
    return Promise.resolve();
  }
}

/** Writes the records before it looks whether it may. */
class WritesBeforeItChecks extends Faulty {
  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const row = await rowOf(this, batch.ref);
    if (row?.owner === batch.owner && row.epoch !== batch.epoch) {
      await super.append({ ...batch, epoch: row.epoch });
    }
    return super.append(batch);
  }
}

class FailsTheWholeTurn extends Faulty {
  #turn: Promise<unknown>[] = [];

  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const own = super.append(batch);
    own.catch(() => undefined);
    this.#turn.push(own);
    await Promise.resolve();
    const turn = this.#turn;
    await Promise.all(turn);
    this.#turn = [];
  }
}

/** What a text column makes of text that UTF-8 has no form for. */
class ManglesText extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const entries = batch.entries.map((entry) => ({
      ...entry,
      head: entry.head.replaceAll('\\u0000', ''),
      result: entry.result?.replaceAll('\\u0000', '') ?? null,
    }));
    return super.append({ ...batch, entries });
  }
}

class ForgetsOnClose extends Faulty {
  #closed = false;

  override async close(): Promise<void> {
    this.#closed = true;
  }

  override async load(ref: SagaRef): Promise<StoredSaga | undefined> {
    return this.#closed ? undefined : super.load(ref);
  }
}

class ClosesWithoutDraining extends Faulty {
  #closed = false;

  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (!this.#closed) await super.append(batch);
  }

  override async close(): Promise<void> {
    this.#closed = true;
  }
}

export const appendFaults: readonly Fault[] = [
  [NoEpochCheck, 'append with another epoch is refused and writes nothing'],
  [NoOwnerCheck, 'append by another owner is refused and writes nothing'],
  [NoSeqCheck, 'append with a seq that is taken is refused and writes nothing'],
  [NoSeqCheck, 'append that would leave a gap in the seqs is refused and writes nothing'],
  [NoSeqCheck, 'of two appends of the same seq at once, one is written'],
  [LosesTheLastRecord, 'append adds every one of its records, and the status they lead to'],
  [CountsFromZero, 'append adds every one of its records, and the status they lead to'],
  [LosesTheStatus, 'append adds every one of its records, and the status they lead to'],
  [AcknowledgesTooEarly, 'what was acknowledged can be seen by every other process at once'],
  [WritesBeforeItChecks, 'append with another epoch is refused and writes nothing'],
  [FailsTheWholeTurn, 'a refused append does not fail the others of its turn'],
  [ManglesText, 'payloads come back byte for byte'],
  [ForgetsOnClose, 'after close and reopen everything is there'],
  [ClosesWithoutDraining, 'close waits for what is being written'],
];
