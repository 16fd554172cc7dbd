import { Inject, Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { toEvent, type RunObserver, type SagaEvent, type SagaLogger } from '../../core/index.js';
import { fullMessageOf, report } from '../../core/ports/index.js';
import { SAGA_LOGGER } from '../tokens.js';
import { GuardedObservable } from './guarded.js';

/** Where it was thrown, in one line: the text alone does not tell which subscriber it was. */
function placeOf(error: unknown): { readonly at?: string } {
  try {
    const { stack } = error as { readonly stack?: unknown };
    const at = typeof stack === 'string' ? /^ +at .*/m.exec(stack)?.[0].trim() : undefined;
    return at === undefined ? {} : { at };
  } catch {
    return {};
  }
}

/** What happens to the sagas of this process, as it becomes durable. */
@Injectable()
export class SagaEvents implements RunObserver {
  readonly #events = new Subject<SagaEvent>();

  /**
   * Hot: a subscriber sees what happens after it has subscribed. Carries ids and labels, no payloads.
   * Subscribers watch: what one throws or rejects with is logged as an error and changes nothing, here
   * and behind `pipe()`. An error inside an operator ends that subscription, as in all of rxjs. What
   * was merged into another observable is no longer guarded.
   */
  readonly events$: Observable<SagaEvent>;

  constructor(@Inject(SAGA_LOGGER) logger: SagaLogger) {
    this.events$ = new GuardedObservable(this.#events, (error, what) => {
      const fields = { error: fullMessageOf(error), ...placeOf(error) };
      report(logger, 'error', `A subscriber of SagaEvents ${what}`, fields);
    });
  }

  /** @internal */
  onRecord(...[run, record, at]: Parameters<RunObserver['onRecord']>): void {
    if (!this.#events.observed) return;
    this.#events.next(toEvent(run.sagaName, run.sagaId, at, record));
  }

  /** @internal */
  onLateEffect(...[run, effect, at]: Parameters<NonNullable<RunObserver['onLateEffect']>>): void {
    const { sagaName, sagaId } = run;
    this.#events.next({ sagaName, sagaId, at, type: 'late-effect', ...effect });
  }

  /** @internal */
  complete(): void {
    this.#events.complete();
  }
}
