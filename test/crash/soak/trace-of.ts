import type { SagaRecord } from 'nestjs-saga-orchestrator/core';
import type { Trace, TraceEntry } from '../../support/trace.js';
import type { Recorded } from '../history.js';
import { Possession } from './possession.js';
import type { Sight } from './witness.js';

/** What is known of one transfer once it rests. */
export interface Account {
  readonly records: readonly Recorded[];
  readonly sights: readonly Sight[];
  /** What the bank has booked for it: `do Withdraw`. */
  readonly booked: ReadonlySet<string>;
}

/** Nobody but the saga keeps a receipt. */
const NOT_BOOKED = 'do Receipt';

class Story {
  readonly trace: TraceEntry[] = [];
  /** Calls by workers that had lost the transfer by then: nothing may begin in their hands. */
  readonly late: string[] = [];
  #next = 0;
  readonly #held = new Possession();
  readonly #effects = new Set<string>();

  constructor(private readonly account: Account) {
    for (const sight of account.sights) this.#see(sight);
    this.#recordsWhile(() => true);
  }

  #see(sight: Sight): void {
    switch (sight.kind) {
      case 'acked':
        // One that nobody acknowledged was written by a worker that died, or slept, right after it.
        this.#recordsWhile(({ seq }) => seq <= sight.seq);
        return this.#held.see(sight);
      case 'claimed':
        this.#recordsWhile(({ epoch }) => epoch < sight.epoch);
        this.trace.push({ kind: 'crash' });
        return this.#held.see(sight);
      case 'call':
        return this.#onCall(sight);
      case 'return':
        if (sight.worker === this.#held.worker) this.trace.push(sight);
        return;
      case 'answer':
    }
  }

  #onCall(call: Extract<Sight, { readonly kind: 'call' | 'return' }>): void {
    const { worker, direction, label } = call;
    const what = `${direction} ${label}`;
    if (worker !== this.#held.worker) {
      this.late.push(`worker ${worker} called ${what}, and worker ${this.#held.worker} has it`);
      return;
    }
    this.trace.push({ kind: 'call', direction, label });
    if (direction === 'probe' || this.#effects.has(what)) return;
    if (!this.account.booked.has(what) && what !== NOT_BOOKED) return;
    this.#effects.add(what);
    this.trace.push({ kind: 'effect', direction, label });
  }

  #recordsWhile(isDurable: (record: Recorded) => boolean): void {
    for (; this.#next < this.account.records.length; this.#next += 1) {
      const next = this.account.records[this.#next] as Recorded;
      if (!isDurable(next)) return;
      const { seq, epoch, head, type } = next;
      // A claim whose answer was lost is known by its record only.
      if (type === 'recovered') this.trace.push({ kind: 'crash' });
      this.trace.push({ kind: 'record', record: JSON.parse(head) as SagaRecord, seq, epoch });
    }
  }
}

/** A transfer in the order in which it took place, over all workers that had it. */
export function storyOf(account: Account): {
  readonly trace: Trace;
  readonly late: readonly string[];
} {
  return new Story(account);
}
