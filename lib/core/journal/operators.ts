import type { ManualAct } from '../machine/index.js';
import type { SagaRef } from './saga-ref.js';

/** What operators do to sagas. */
export type OperatorAct = 'cancel' | 'resume' | 'forget' | ManualAct['act'];

/** One act on one saga: who did it, and why. Kept apart from the saga, which it outlives. */
export interface AuditEntry extends SagaRef {
  /**
   * Names this act: the request that asked for it, or a random id. It is kept once, however often the act
   * is written.
   */
  readonly entry: string;
  readonly act: OperatorAct;
  /** The step that it is about; of a resume, the one that it goes on from. */
  readonly label: string | null;
  readonly by: string;
  readonly reason: string;
  /** By which way it came: 'app', 'cli', 'dashboard', or a name of your own. */
  readonly origin: string;
}

/** What became of a request. */
export type RequestOutcome = 'done' | 'refused' | 'failed' | 'withdrawn';

/** What became of an act; `requested`: a cancel that was left for whoever works on the saga. */
export type AuditOutcome = RequestOutcome | 'requested';

export interface AuditRow extends AuditEntry {
  readonly application: string;
  /** In ms since the epoch, by the journal's clock. */
  readonly at: number;
  readonly outcome: AuditOutcome;
  /** Why it was refused or has failed. */
  readonly message: string | null;
  /** Which of its columns cannot be read, and were left out here; absent when all can. */
  readonly damage?: string;
}

/** What an operator asks of a process that knows the saga. */
export interface NewRequest extends Omit<AuditEntry, 'entry'> {
  /** Names it, for ever; also the entry of the audit that its act leaves. */
  readonly request: string;
  /** Of `mark-done`: the encoded result. */
  readonly result: string | null;
  /** The bulk act that it is a part of; `null`: none. */
  readonly bulk: string | null;
}

export interface RequestRow extends NewRequest {
  readonly application: string;
  /** In ms since the epoch, by the journal's clock, as are the other times. */
  readonly createdAt: number;
  /** The process that carries it out, or has. */
  readonly takenBy: string | null;
  readonly takenAt: number | null;
  /** How often it was taken: more than once, when a process died of it or with it. */
  readonly takes: number;
  readonly endedAt: number | null;
  /** `null`: it is open. */
  readonly outcome: RequestOutcome | null;
  /** Why it was refused or has failed, or who withdrew it. */
  readonly message: string | null;
  /** Which of its columns cannot be read, and were left out here; absent when all can. */
  readonly damage?: string;
}

/** Which requests a process takes in hand. */
export interface TakeRequests {
  readonly owner: string;
  /** @default '', those without one */
  readonly application?: string;
  /** Of sagas of these names. */
  readonly names: readonly string[];
  /** Acts that this process knows; what a later version asks for is left to later versions. */
  readonly acts: readonly OperatorAct[];
  /** Acts among these that need no plan: of sagas of any name. */
  readonly actsOnAny: readonly OperatorAct[];
  /** Those that it has in hand already, or leaves to others. */
  readonly except: readonly string[];
  readonly limit: number;
}

/** How a request ends. */
export interface EndRequest {
  readonly request: string;
  /** Who has it in hand. `null`: nobody, as when it is withdrawn. */
  readonly owner: string | null;
  readonly outcome: RequestOutcome;
  readonly message: string | null;
}

/** Which requests to list; all conditions must hold. Newest first. */
export interface RequestFilter {
  /** @default the engine's own; where there is none, those without one */
  readonly application?: string;
  readonly request?: string;
  /** Of this bulk act. */
  readonly bulk?: string;
  readonly name?: string;
  readonly id?: string;
  /** `true`: those that have not ended; `false`: those that have. */
  readonly open?: boolean;
  /** 1 to 1,000. @default 50 */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

/** Which acts to list; all conditions must hold. Newest first. */
export interface AuditFilter {
  /** @default the engine's own; where there is none, those without one */
  readonly application?: string;
  readonly entry?: string;
  readonly name?: string;
  readonly id?: string;
  readonly by?: string;
  readonly act?: OperatorAct;
  readonly after?: Date;
  readonly before?: Date;
  /** 1 to 1,000. @default 50 */
  readonly limit?: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface RequestPage {
  readonly requests: readonly RequestRow[];
  /** Where the next page begins; absent on the last one. */
  readonly nextCursor?: string;
}

export interface AuditPage {
  readonly entries: readonly AuditRow[];
  /** Where the next page begins; absent on the last one. */
  readonly nextCursor?: string;
}

/** Which of it is old enough to be deleted. */
export interface ForgetActs {
  /** @default '', those without one */
  readonly application?: string;
  /** By the journal's clock, how long ago they were written or ended, in ms. */
  readonly olderThanMs: number;
  /** At most so many entries and so many requests in one call. */
  readonly limit: number;
}

/**
 * A journal's memory of what operators do: requests to whoever knows a saga, and the audit of all acts. A
 * request belongs to a process while that lives, as a saga does.
 */
export interface OperatorJournal {
  /** Leaves a request. One that is there already stays as it is. */
  request(request: NewRequest): Promise<void>;
  /**
   * Takes requests in hand that nobody who lives has, and those that this process has taken without its
   * knowing. Oldest first; of one saga only the oldest that is open, so that they are carried out in order.
   * Two calls at the same time never get the same request.
   */
  take(request: TakeRequests): Promise<readonly RequestRow[]>;
  /** Lets go of a request that was taken, as if it had not been. Without effect when another one has it. */
  letGo(request: string, owner: string): Promise<void>;
  /**
   * Ends an open request and, in the same transaction, writes it into the audit unless its act is there
   * already.
   *
   * @returns `false` when it is not open, or is another one's: then nothing is written.
   */
  end(request: EndRequest): Promise<boolean>;
  requests(filter: RequestFilter): Promise<RequestPage>;
  audit(filter: AuditFilter): Promise<AuditPage>;
  /** Deletes old entries of the audit, and requests that ended long ago. Returns how many. */
  forget(request: ForgetActs): Promise<number>;
}
