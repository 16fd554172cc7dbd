import { Injectable } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { toEvent, type RunObserver, type SagaEvent } from '../../core/index.js';

/** What happens to the sagas of this process, as it becomes durable. */
@Injectable()
export class SagaEvents implements RunObserver {
  readonly #events = new Subject<SagaEvent>();

  /** Hot: who subscribes later sees what happens later. Carries ids and labels, no payloads. */
  readonly events$: Observable<SagaEvent> = this.#events.asObservable();

  /** @internal */
  onRecord(...[run, record, at]: Parameters<RunObserver['onRecord']>): void {
    if (!this.#events.observed) return;
    this.#events.next(toEvent(run.sagaName, run.sagaId, at, record));
  }

  /** @internal */
  complete(): void {
    this.#events.complete();
  }
}
