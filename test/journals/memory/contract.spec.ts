import { MemoryJournal } from '../../../lib/journals/memory/index.js';
import { journalContract } from 'nestjs-saga-orchestrator/testing';

/** Handles on one memory are the same object: nothing but time tells them apart. */
function memoryHarness() {
  let now = 1_700_000_000_000;
  const journal = new MemoryJournal(() => now);
  return {
    journal: () => journal,
    pass: async (ms: number) => void (now += ms),
    dispose: async () => undefined,
  };
}

describe('the memory journal', () => {
  it.each(journalContract)('$name', ({ run }) => run(memoryHarness));
});
