import type { SagaHandle } from '../builder/index.js';
import type { SagaDefinition } from '../definition/index.js';
import { SagaStateError } from '../errors/index.js';
import type { Run } from '../execution/index.js';
import { encodePayload, type SagaRef } from '../journal/index.js';
import {
  firstOpenLabel,
  refusalOfManual,
  refusalToCancel,
  resumeRecord,
  stepIndex,
  type ManualWish,
  type SagaRecord,
  verbOf,
} from '../machine/index.js';
import { quoted, shownWhole } from '../ports/index.js';
import { checkedReason, checkedText } from './checked-text.js';
import type { LiveSaga } from './live-sagas.js';
import { shownRef, storedRow, viewByAnyPlan, viewOf, type EngineParts } from './engine-parts.js';
import { takeUp } from './take-up.js';
import { terminate } from './unreadable.js';
import { wishElsewhere } from './wish-elsewhere.js';

/** Who does something to a saga by hand, and why: both are kept in its journal. */
export interface ManualReason {
  readonly by: string;
  readonly reason: string;
}

function refuse(ref: SagaRef, verb: string, why: string | undefined): void {
  if (why !== undefined) throw new SagaStateError(`Cannot ${verb} saga ${shownRef(ref)}: ${why}`);
}

/** What operators, and callers who resume, do to sagas, by refs that were checked. */
export class Steering {
  constructor(private readonly parts: EngineParts) {}

  async cancel(ref: SagaRef, given: string): Promise<void> {
    const reason = checkedText('reason', given, this.parts.journaling.redact);
    const atWork = this.#atWork(ref, async ({ run }) => {
      if (run.state.cancel === undefined) {
        refuse(ref, 'cancel', refusalToCancel(run.state));
        run.requestCancel('operator', reason);
      }
      await run.persistence?.flush();
      return true;
    });
    if (await atWork) return;
    const seen = await viewByAnyPlan(this.parts, ref);
    refuse(ref, 'cancel', refusalToCancel(seen.state));
    if (seen.state.atRest) {
      // Only who knows its undos can send it back.
      this.parts.registry.get(ref.name);
      await this.#takeUp(ref, seen.definition, (run) => {
        refuse(ref, 'cancel', refusalToCancel(run.state));
        return { type: 'cancel-requested', by: 'operator', reason };
      });
    } else if ((await wishElsewhere(this.parts, ref, reason)) === 'again') {
      await this.cancel(ref, reason);
    }
  }

  async resume(ref: SagaRef, from?: string, definition?: SagaDefinition): Promise<SagaHandle> {
    const atWork = await this.#atWork(ref, ({ handle, run }) => {
      const { definition, state } = run;
      if (from !== undefined) stepIndex(definition, from);
      // Refused, as it would be once it has come back.
      if (state.cause !== undefined) {
        resumeRecord(definition, state, from ?? firstOpenLabel(definition, state));
      }
      return handle;
    });
    if (atWork !== undefined) return atWork;
    const seen = await viewOf(this.parts, ref, definition);
    if (from !== undefined) stepIndex(seen.definition, from);
    if (seen.isSuccess) return { id: ref.id, saga: seen, result: () => Promise.resolve(seen) };
    const plan = seen.definition;
    const resumed = ({ state }: Run): SagaRecord =>
      resumeRecord(plan, state, from ?? firstOpenLabel(plan, state));
    resumed(seen);
    return this.#takeUp(ref, plan, resumed);
  }

  async manual(ref: SagaRef, wish: ManualWish, given: ManualReason): Promise<void> {
    const why = checkedReason(given, this.parts.journaling.redact);
    const record = (run: Run): SagaRecord => {
      refuse(ref, verbOf(wish), refusalOfManual(run.state, wish));
      return this.#manualRecord(run, wish, why);
    };
    const atWork = this.#atWork(ref, async ({ run }) => {
      run.note(record(run));
      await run.persistence?.flush();
      // Whether it waits, or works and does not look at its signal: what it would say is not noted.
      run.stop(
        new SagaStateError(`Saga ${shownRef(ref)} was terminated: ${shownWhole(why.reason)}`),
        'now',
      );
      return true;
    });
    if (await atWork) return;
    // Without its records, which may be what is wrong with it.
    if (wish.act === 'terminate') return terminate(this.parts, ref, why);
    const seen = await viewOf(this.parts, ref);
    record(seen);
    if (wish.act === 'mark-done') await this.#refuseTooLate(ref, seen, wish);
    await this.#takeUp(ref, seen.definition, record);
  }

  async forget(ref: SagaRef): Promise<void> {
    const { status } = await storedRow(this.parts, ref);
    const gone = await this.parts.journaling.journal.forget({ ref });
    if (gone === 0) refuse(ref, 'forget', `it is ${status}; only sagas at rest can be forgotten`);
  }

  /**
   * Acts on the saga when this process works on it, in the very turn in which it looks. One that has
   * just come to rest is let go first: its last records may be on their way still, and nobody drives
   * what would be noted after them. So is one that may turn out not to be the saga of that id.
   */
  async #atWork<T>(ref: SagaRef, act: (live: LiveSaga) => T | Promise<T>): Promise<T | undefined> {
    for (;;) {
      const live = this.parts.live.get(ref);
      if (live === undefined) return undefined;
      if (!live.isBorn) await live.durable.catch(() => undefined);
      else if (live.run.state.atRest) await live.ended.catch(() => undefined);
      else return act(live);
    }
  }

  /** What is done does not make a saga go on whose deadline has passed: it would be undone at once. */
  async #refuseTooLate(
    ref: SagaRef,
    { definition, state }: Run,
    wish: ManualWish & { readonly act: 'mark-done' },
  ): Promise<void> {
    const { label } = wish;
    const { deadline } = await storedRow(this.parts, ref);
    if (deadline === null || deadline > this.parts.environment.clock.now()) return;
    if (state.pivoted || definition.step(label)?.policy.pivot === true) return;
    const since = new Date(deadline).toISOString();
    const why = `its deadline passed at ${since}, so that it would not go on but be undone; `;
    refuse(
      ref,
      verbOf(wish),
      `${why}cancel it, which undoes ${quoted(label)} as well, or terminate it`,
    );
  }

  #manualRecord(run: Run, wish: ManualWish, why: ManualReason): SagaRecord {
    if (wish.act !== 'mark-done') return { type: 'manual', ...wish, ...why };
    const { codec, limits } = this.parts.journaling;
    const fields = { saga: run.sagaName, sagaId: run.sagaId, payload: 'result' };
    // Refused before anything is written: an operator's value must be storable like a step's.
    if (wish.result !== undefined)
      encodePayload(codec, limits, wish.result, this.parts.logger, fields);
    const pivot = run.definition.step(wish.label)?.policy.pivot ?? false;
    return { type: 'manual', act: wish.act, label: wish.label, result: wish.result, pivot, ...why };
  }

  /** Becomes the owner of a saga that nobody works on, notes the record, and carries it on. */
  async #takeUp(
    ref: SagaRef,
    plan: SagaDefinition,
    recordOf: (run: Run) => SagaRecord,
  ): Promise<SagaHandle> {
    const [row] = await this.parts.claims.claim({ names: [ref.name], limit: 1, id: ref.id });
    if (row === undefined)
      throw new SagaStateError(`Another process works on saga ${shownRef(ref)}`);
    return takeUp(this.parts, row, plan, recordOf);
  }
}
