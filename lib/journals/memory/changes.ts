import type { KeptSaga } from './kept-saga.js';

/** Numbers what is written, for those who watch. */
export class Changes {
  last = 0;

  note(saga: KeptSaga): void {
    this.last += 1;
    saga.change = this.last;
  }
}
