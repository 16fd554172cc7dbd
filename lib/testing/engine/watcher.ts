import type { InterceptedCall, RunObserver, SagaInterceptor } from '../../core/index.js';

type Origin = Pick<InterceptedCall['run'], 'sagaId' | 'headers' | 'createdAt'>;

/** What the observers and interceptors were told of a saga. */
export interface Watched extends Origin {
  readonly by: 'observer' | 'interceptor';
  readonly what: string;
}

/** Observes and intercepts sagas, and changes nothing. */
export class Watcher implements RunObserver, SagaInterceptor {
  readonly #watched: Watched[] = [];

  onRecord(...[run, { type }]: Parameters<RunObserver['onRecord']>): void {
    this.#note('observer', type, run);
  }

  around({ run, kind, label, attempt }: InterceptedCall, next: () => unknown): unknown {
    this.#note('interceptor', `${kind} ${label} ${attempt}`, run);
    return next();
  }

  /** What was told of a saga, in order. */
  of(id: string): readonly Watched[] {
    return this.#watched.filter(({ sagaId }) => sagaId === id);
  }

  #note(by: Watched['by'], what: string, { sagaId, headers, createdAt }: Origin): void {
    this.#watched.push({ by, what, sagaId, headers, createdAt });
  }
}
