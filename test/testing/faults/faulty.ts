import type { Journal, SagaRef, SagaRow } from 'nestjs-saga-orchestrator/core';
import { MemoryJournal } from '../../../lib/journals/memory/index.js';

/** A memory journal that can be told the time, and that faults can be built into. */
export class Faulty extends MemoryJournal {
  constructor(readonly clock: { now: number }) {
    super(() => clock.now);
  }
}

export async function rowOf(journal: Journal, ref: SagaRef): Promise<SagaRow | undefined> {
  return (await journal.load(ref))?.row;
}

/** A fault, and the rule of the contract that it breaks. */
export type Fault = readonly [fault: typeof Faulty, rule: string];
