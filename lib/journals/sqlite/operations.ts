import type {
  AbandonedRequest,
  AbandonedSagas,
  ClaimRequest,
  ForgetRequest,
  JournalBatch,
  ListQuery,
  NewSaga,
  ReleaseRequest,
  SagaPage,
  SagaRef,
  SagaRow,
  StoredSaga,
} from '../../core/index.js';

/** What a journal writes, as data: what carries it out may live in another thread. */
export type Write =
  | { readonly kind: 'create'; readonly saga: NewSaga }
  | { readonly kind: 'append'; readonly batch: JournalBatch }
  | { readonly kind: 'heartbeat'; readonly owner: string; readonly leaseMs: number }
  | { readonly kind: 'claim'; readonly request: ClaimRequest }
  | { readonly kind: 'release'; readonly request: ReleaseRequest }
  | { readonly kind: 'leave'; readonly owner: string }
  | { readonly kind: 'cancel'; readonly ref: SagaRef; readonly reason: string }
  | { readonly kind: 'forget'; readonly request: ForgetRequest };

/** What each of them answers. */
export interface WriteResults {
  readonly create: SagaRow | undefined;
  /** Why it is to be cancelled. */
  readonly append: string | undefined;
  readonly heartbeat: readonly SagaRow[];
  readonly claim: readonly SagaRow[];
  readonly release: undefined;
  readonly leave: undefined;
  readonly cancel: undefined;
  readonly forget: number;
}

export type Read =
  | { readonly kind: 'get'; readonly ref: SagaRef }
  | { readonly kind: 'load'; readonly ref: SagaRef }
  | { readonly kind: 'list'; readonly query: ListQuery }
  | { readonly kind: 'abandoned'; readonly request: AbandonedRequest };

export interface ReadResults {
  readonly get: SagaRow | undefined;
  readonly load: StoredSaga | undefined;
  readonly list: SagaPage;
  readonly abandoned: readonly AbandonedSagas[];
}
