import type {
  AbandonedRequest,
  AbandonedSagas,
  AuditEntry,
  CancelRequest,
  ClaimRequest,
  DefinitionJson,
  ForgetRequest,
  InsightReads,
  JournalBatch,
  ListQuery,
  NewSaga,
  OwnerInfo,
  ReleaseRequest,
  SagaPage,
  SagaRef,
  SagaRow,
  StoredSaga,
} from '../../core/index.js';
import type { Replacements, StoredTexts } from '../sql/index.js';
import type {
  OperatorRead,
  OperatorReadResults,
  OperatorWrite,
  OperatorWriteResults,
} from './operators.js';

/** What a journal writes, as data: what carries it out may live in another thread. */
export type Write =
  | { readonly kind: 'create'; readonly saga: NewSaga }
  | { readonly kind: 'append'; readonly batch: JournalBatch }
  | {
      readonly kind: 'heartbeat';
      readonly owner: string;
      readonly leaseMs: number;
      readonly info: OwnerInfo | undefined;
    }
  | {
      readonly kind: 'plans';
      readonly application: string;
      readonly plans: readonly DefinitionJson[];
    }
  | { readonly kind: 'claim'; readonly request: ClaimRequest }
  | { readonly kind: 'release'; readonly request: ReleaseRequest }
  | { readonly kind: 'leave'; readonly owner: string }
  | {
      readonly kind: 'cancel';
      readonly ref: SagaRef;
      readonly reason: string;
      readonly audit?: AuditEntry;
    }
  | { readonly kind: 'forget'; readonly request: ForgetRequest }
  | { readonly kind: 'rewrite'; readonly ref: SagaRef; readonly texts: Replacements }
  | OperatorWrite;

/** What each of them answers. */
export interface WriteResults extends OperatorWriteResults {
  readonly create: SagaRow | undefined;
  /** A request to cancel it. */
  readonly append: CancelRequest | undefined;
  readonly heartbeat: readonly SagaRow[];
  readonly plans: undefined;
  readonly claim: readonly SagaRow[];
  readonly release: undefined;
  readonly leave: undefined;
  readonly cancel: undefined;
  readonly forget: number;
  readonly rewrite: undefined;
}

export type Read =
  | { readonly kind: 'get'; readonly ref: SagaRef }
  | { readonly kind: 'load'; readonly ref: SagaRef }
  | { readonly kind: 'texts'; readonly ref: SagaRef }
  | { readonly kind: 'list'; readonly query: ListQuery }
  | { readonly kind: 'abandoned'; readonly request: AbandonedRequest }
  | { readonly kind: 'insight'; readonly ask: keyof InsightReads; readonly read: unknown }
  | OperatorRead;

export interface ReadResults extends OperatorReadResults {
  readonly get: SagaRow | undefined;
  readonly load: StoredSaga | undefined;
  readonly texts: StoredTexts | undefined;
  readonly list: SagaPage;
  readonly abandoned: readonly AbandonedSagas[];
  /** Whatever the question of that name answers. */
  readonly insight: unknown;
}
