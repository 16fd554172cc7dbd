import {
  isSagaError,
  refKey,
  type SagaDefinition,
  type SagaRow,
  type StoredSaga,
} from '../../../core/index.js';
import {
  deliver,
  fullMessageOf,
  report,
  type Run,
  shownWhole,
  takeOverOf,
} from '../../../core/engine/index.js';
import { claimedSaga, shownRef, type EngineParts } from '../engine-parts.js';
import { VersionSkew } from './version-skew.js';
import { Reminders } from './reminders.js';
import { whyStranger } from './strangers.js';
import { parkUnreadable } from '../operations/unreadable.js';

/**
 * What becomes of a saga that a recovery has claimed: it is resumed, parked because it cannot be read,
 * or left to others. None is dropped: what was claimed is this process's.
 */
export class ClaimedSagas {
  readonly #reminders: Reminders;
  readonly #newer: VersionSkew;
  #leftSome = false;

  constructor(
    private readonly parts: EngineParts,
    private readonly maxRecoveries: number,
    private readonly launched: (run: Run, ended: Promise<unknown>, row: SagaRow) => void,
  ) {
    this.#newer = new VersionSkew(parts.environment.clock);
    this.#reminders = new Reminders(parts.environment.clock);
  }

  /** Whether any was left to others since the last time this was asked. */
  tellLeft(): boolean {
    const left = this.#leftSome;
    this.#leftSome = false;
    return left;
  }

  async takeUp(row: SagaRow): Promise<void> {
    const { registry, logger, live } = this.parts;
    let stored: StoredSaga;
    try {
      stored = await claimedSaga(this.parts, row);
    } catch (error) {
      // The journal's fault, not the saga's: it is given back, and claimed again.
      report(logger, 'error', `Saga ${shownRef(row)} could not be loaded; it is claimed again`, {
        error: fullMessageOf(error),
      });
      live.releaseUnstarted(row, row.epoch);
      return;
    }
    try {
      this.#carryOn(row, registry.get(row.name, row.version), stored);
    } catch (error) {
      if (isSagaError(error, 'SAGA_NEWER')) return this.#leaveAlone(row, error.message);
      const fields = { saga: row.name, sagaId: row.id, error: fullMessageOf(error) };
      report(
        logger,
        'error',
        `Saga ${shownWhole(row.name)} cannot be recovered; it is parked`,
        fields,
      );
      await parkUnreadable(this.parts, row, stored);
    }
  }

  #carryOn(row: SagaRow, definition: SagaDefinition, stored: StoredSaga): void {
    const { runs, live, journaling, logger } = this.parts;
    const run = runs.load(definition, stored);
    const stranger = whyStranger(run);
    if (stranger !== undefined) return this.#leaveAlone(row, stranger);
    const { owner } = journaling;
    const { name, id: sagaId, status, recoveries, cancelReason: cancel } = row;
    const { maxRecoveries } = this;
    deliver(run, takeOverOf(run, { owner, cancel, recoveries, maxRecoveries }));
    const isNewer = row.version > definition.version && !run.state.atRest;
    if (isNewer && this.#newer.isLeft(run, stored.entries.length)) return this.#leaveToNewer(row);
    const fields = { saga: name, sagaId, status, recoveries };
    report(logger, 'info', `Saga ${shownRef(row)} is resumed after its process died`, fields);
    const { ended } = live.launch(run, row.input, row.deadline);
    this.launched(run, ended, row);
  }

  /**
   * While a deploy is rolled out, a process of the older version meets sagas of the newer one. What it
   * cannot carry on is not parked but left to those who can, and who are let look first.
   */
  #leaveToNewer(row: SagaRow): void {
    const { logger } = this.parts;
    const what = `Saga ${shownRef(row)} is left to processes that know its version ${row.version}`;
    report(logger, 'warn', what, { saga: row.name, sagaId: row.id });
    this.#leave(row);
  }

  /** To those who can read it or know its steps; they are told of it from time to time. */
  #leaveAlone(row: SagaRow, why: string): void {
    if (this.#reminders.isDue(refKey(row))) {
      report(this.parts.logger, 'warn', `Saga ${shownRef(row)} is left alone: ${why}`, {
        saga: row.name,
        sagaId: row.id,
      });
    }
    this.#leave(row);
  }

  /** To others, who are let look first. */
  #leave(row: SagaRow): void {
    this.#leftSome = true;
    this.parts.live.releaseUnstarted(row, row.epoch);
  }
}
