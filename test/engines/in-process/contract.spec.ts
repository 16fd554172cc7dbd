import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { engineContract, type EngineHarness } from 'nestjs-saga-orchestrator/testing';
import { memoryJournal } from 'nestjs-saga-orchestrator';
import { judge } from '../judge.js';

function harness(): EngineHarness {
  const journal = memoryJournal();
  return {
    engine: (_, watching) => new InProcessEngine({ journal, logger: silentLogger, ...watching }),
    judge,
    dispose: () => Promise.resolve(),
  };
}

describe('the in-process engine keeps the engine contract', () => {
  it.each(engineContract)('$name', ({ run }) => run(harness));
});
