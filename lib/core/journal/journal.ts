import type { DefinitionJson } from '../definition/index.js';
import type { OwnerInfo } from './insight-answers.js';
import type { JournalInsight } from './insight.js';
import type {
  AbandonedRequest,
  AbandonedSagas,
  ClaimRequest,
  ForgetRequest,
  ReleaseRequest,
  SagaFilter,
  SagaPage,
} from './requests.js';
import type { AuditEntry, OperatorJournal } from './operators.js';
import type { Rewriter } from './reencoder.js';
import type { SagaRef } from './saga-ref.js';
import type { CancelRequest, JournalBatch, NewSaga, SagaRow, StoredSaga } from './stored-saga.js';
import type { JournalInTransaction, SagaTransaction } from './transaction.js';

/**
 * Where sagas are kept. Every implementation passes the contract suite of `./testing`.
 *
 * Ownership: a saga's owner is a process, and a process is alive until its lease ends. An append names
 * its owner's epoch; one that finds another epoch, or its seq taken, has lost ownership.
 */
export interface Journal {
  /** For logs: 'sqlite data/sagas.db'. No secrets. */
  readonly description: string;
  /** `true`: nothing of it survives this process. @default false */
  readonly isVolatile?: boolean;
  /**
   * Connects, migrates and verifies what durability depends on. A journal counts its users: it may be
   * opened several times, also after a close. `onWarning` is for the log of who opens it.
   */
  open(onWarning?: (message: string) => void): Promise<void>;
  /** Once per `open`. The last one waits for what is being written, then frees everything. */
  close(): Promise<void>;
  /**
   * Stores a saga, its first records and its owner, all or nothing.
   *
   * @returns `undefined` when it was created, else the row that has its application, name and id
   * already.
   */
  create(saga: NewSaga): Promise<SagaRow | undefined>;
  /**
   * Appends all of the records or none; resolves when they are durable.
   *
   * @returns the request to cancel the saga, when its row has one: the owner learns of it here, and not
   * only with its next heartbeat.
   * @throws LeaseLostError when the owner, the epoch or the first seq is not the expected one.
   */
  append(batch: JournalBatch): Promise<CancelRequest | undefined | void>;
  load(ref: SagaRef): Promise<StoredSaga | undefined>;
  get(ref: SagaRef): Promise<SagaRow | undefined>;
  list(filter: SagaFilter): Promise<SagaPage>;
  /**
   * Says that the process is alive, for `leaseMs` from now by the journal's clock. `info` is for people; it
   * may be left out of a heartbeat that has nothing new to say.
   *
   * @returns the sagas it owns that somebody asked to cancel, and those that were claimed from it by
   *   force, whose owner is another one by now.
   */
  heartbeat(owner: string, leaseMs: number, info?: OwnerInfo): Promise<readonly SagaRow[]>;
  /**
   * Takes over sagas that are not at rest and whose owner is gone: `null`, or one that has no heartbeat
   * or an expired one. Those of an unknown status were written by a later version, and are left alone;
   * those that sleep, until their wake time. Oldest first. Raises their epoch and their count of
   * recoveries, before anything runs; of one that slept the epoch alone, since nobody has died. Two
   * calls at the same time never get the same saga. Claiming a saga at rest drops a cancel that was
   * requested before, so that it does not stop a resume.
   */
  claim(request: ClaimRequest): Promise<readonly SagaRow[]>;
  /**
   * Counts sagas that could be claimed, but whose name is none of these, by name and version; at most
   * 100 of such counts. It takes nothing over.
   */
  abandoned(request: AbandonedRequest): Promise<readonly AbandonedSagas[]>;
  /**
   * Releases a saga that has not ended. Without effect when the owner or the epoch is not the current
   * one: both, since a saga of the same id begins at the same epoch in another life.
   */
  release(request: ReleaseRequest): Promise<void>;
  /** Ends the heartbeat: all that this process still owns can be claimed at once. */
  leave(owner: string): Promise<void>;
  /**
   * Leaves a request to cancel for the owner; the first one stays. A saga that sleeps is due at once.
   * Without effect on a saga at rest. With `audit`, who acts is kept, too: in the row and, whether or not
   * it is the first request, in the audit.
   */
  requestCancel(ref: SagaRef, reason: string, audit?: AuditEntry): Promise<void>;
  /**
   * Deletes sagas at rest with their records; one that is not at rest stays. Returns how many. What was
   * done to them stays in the audit.
   */
  forget(request: ForgetRequest): Promise<number>;
  /**
   * Keeps plans that a process has brought along, for those who look at sagas without their code: for each
   * fingerprint when it was seen first and last. A plan of an application that is there already is
   * replaced.
   */
  savePlans?(application: string, plans: readonly DefinitionJson[]): Promise<void>;
  /**
   * Writes the texts of a saga anew, as for another key, in one transaction; what somebody else has changed meanwhile
   * stays. Absent where it cannot.
   *
   * @returns how many of its appends cannot be read, and were left alone; `undefined`: there is no such saga.
   */
  rewrite?(ref: SagaRef, rewriter: Rewriter): Promise<number | undefined>;
  /** What an overview asks of it, while the journal is open. Absent where it cannot say. */
  readonly insight?: JournalInsight;
  /** Requests of operators, and what they did. */
  readonly operators: OperatorJournal;
  /** Works inside an open transaction of the application's. Absent where it cannot. */
  within?(tx: SagaTransaction): JournalInTransaction;
}
