import { Observable, isObservable, type Observer, type Subscription } from 'rxjs';
import { whenRejected } from '../../core/ports/index.js';

type Given<T> = Partial<Observer<T>> | ((value: T) => void) | null;

/**
 * Operators of rxjs subscribe with these, and have to see what they throw; a subscriber at the end of
 * the pipe has not.
 */
function isSubscriber(given: unknown): boolean {
  const { add, next, unsubscribe } = (given ?? {}) as Readonly<Record<string, unknown>>;
  return [add, next, unsubscribe].every((method) => typeof method === 'function');
}

/**
 * An observable whose subscribers cannot end the process: what they throw, reject with, or leave
 * unhandled is passed to `onFailure`, and disturbs neither the others nor themselves. The same holds
 * for all that is piped out of it. rxjs throws such errors into the event loop, where nobody can catch
 * them.
 */
export class GuardedObservable<T> extends Observable<T> {
  readonly #onFailure: (error: unknown, what: string) => void;

  constructor(source: Observable<T>, onFailure: (error: unknown, what: string) => void) {
    super((subscriber) => source.subscribe(subscriber));
    this.#onFailure = onFailure;
  }

  override subscribe(
    given?: Given<T>,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    if (isSubscriber(given)) return super.subscribe(given as Observer<T>);
    const observer: Partial<Observer<T>> =
      typeof given === 'object' && given !== null
        ? given
        : { ...(given && { next: given }), ...(error && { error }), ...(complete && { complete }) };
    const failed = this.#onFailure;
    return super.subscribe({
      next: (value) => this.#call('threw', () => observer.next?.(value)),
      error: (reason: unknown) => {
        if (observer.error === undefined) failed(reason, 'ended with an error');
        else this.#call('threw', () => observer.error?.(reason));
      },
      complete: () => this.#call('threw', () => observer.complete?.()),
    });
  }

  /** Its promise ends as the observable does; an error that nobody awaits there is passed on, too. */
  override forEach(next: (value: T) => void): Promise<void> {
    const ended = super.forEach((value) => this.#call('threw', () => next(value)));
    ended.catch((error: unknown) => this.#onFailure(error, 'ended with an error'));
    return ended;
  }

  /** Operators may return an observable of another class. */
  override pipe(...operators: never[]): never {
    const piped: unknown = super.pipe(...(operators as readonly never[] as []));
    return (isObservable(piped) ? new GuardedObservable(piped, this.#onFailure) : piped) as never;
  }

  #call(what: string, call: () => unknown): void {
    try {
      whenRejected(call(), (error) => this.#onFailure(error, what));
    } catch (error) {
      this.#onFailure(error, what);
    }
  }
}
