import type { ParkReason, SagaStatus } from '../machine/index.js';
import type { AuditEntry } from './operators.js';
import type { SagaRef } from './saga-ref.js';
import type { SagaRow } from './stored-saga.js';

/** Which sagas to list; all conditions must hold. Newest first. */
export interface SagaFilter {
  /** Of this application. @default the engine's own; where there is none, sagas without one */
  readonly application?: string;
  readonly name?: string;
  readonly status?: SagaStatus | readonly SagaStatus[];
  /** Only parked ones, for this reason or one of these. */
  readonly parkReason?: ParkReason | readonly ParkReason[];
  readonly key?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  /** 1 to 1,000. @default 50 */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface SagaPage {
  readonly rows: readonly SagaRow[];
  /** Where the next page begins; absent on the last one. */
  readonly nextCursor?: string;
}

export interface ClaimRequest {
  readonly owner: string;
  /** Only sagas of this application. @default '', those without one */
  readonly application?: string;
  /** Only sagas of these names: what is unknown here is left alone. */
  readonly names: readonly string[];
  readonly limit: number;
  /**
   * Only this one, which may also be at rest: then nobody owns it, and it can be claimed. One that
   * sleeps is left alone before its time, as by any claim.
   */
  readonly id?: string;
  /**
   * Also from an owner that is alive, which is told by its next heartbeat, and from its sleep; only
   * with `id`. For an operator who ends what hangs elsewhere, and for whoever brings what a saga waits
   * for.
   */
  readonly force?: boolean;
  /**
   * Only sagas whose count of recoveries is so before this claim. Those `from` a count are suspects:
   * the one with the highest count comes first; among equal ones the oldest where the count is even,
   * the youngest where it is odd, so that two sagas that were interrupted together twice do not come
   * together again.
   *
   * @default any count, the oldest first; not together with `id`
   */
  readonly recoveries?: { readonly below: number } | { readonly from: number };
}

/** Which owner releases which saga. */
export interface ReleaseRequest {
  readonly ref: SagaRef;
  readonly owner: string;
  readonly epoch: number;
  /**
   * Nothing of it was cut off: its process ends at a step boundary, or has not even begun to work on
   * it. The take-over before does not count as a recovery then.
   */
  readonly graceful: boolean;
}

/** Which sagas to delete: one by its ref, or those that came to rest long ago. */
export type ForgetRequest =
  | {
      readonly ref: SagaRef;
      /** Written when it is deleted, or not at all. */
      readonly audit?: AuditEntry;
    }
  | {
      /** Only sagas of this application. @default '', those without one */
      readonly application?: string;
      readonly status: 'completed' | 'compensated' | 'parked';
      /** By the journal's clock, how long ago their last record was written, in ms. */
      readonly olderThanMs: number;
      /** At most so many in one call. */
      readonly limit: number;
    };

/** Which sagas nobody resumes. */
export interface AbandonedRequest {
  /** Only sagas of this application. @default none */
  readonly application?: string;
  /** The names that are known here. */
  readonly except: readonly string[];
}

/** Sagas of one name and version that are not at rest, and whose owner is gone. */
export interface AbandonedSagas {
  readonly name: string;
  readonly version: number;
  readonly sagas: number;
}
