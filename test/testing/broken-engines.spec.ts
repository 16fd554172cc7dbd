import { AssertionError } from 'node:assert';
import { memoryJournal } from 'nestjs-saga-orchestrator';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { engineContract, type EngineHarness } from 'nestjs-saga-orchestrator/testing';
import { engineFaults, SoundEngine } from './faults/engine-faults.js';

function harnessOf(Engine: typeof SoundEngine): () => EngineHarness {
  return () => {
    const journal = memoryJournal();
    return {
      // A step that never answers holds up no close: the rules are kept without it, too.
      engine: (_, watching) =>
        new Engine({ journal, logger: silentLogger, drainMs: 100, ...watching }),
      dispose: () => Promise.resolve(),
    };
  };
}

function caseOf(rule: string) {
  const found = engineContract.find(({ name }) => name === rule);
  if (found === undefined) throw new Error(`The contract has no rule '${rule}'`);
  return found;
}

/** How often a fault may hide: on a busy machine, what does not wait is late as well. */
const ATTEMPTS = 3;

async function caught(Engine: typeof SoundEngine, rule: string): Promise<unknown> {
  let outcome: unknown;
  for (let attempt = 0; attempt < ATTEMPTS && !(outcome instanceof AssertionError); attempt += 1)
    outcome = await settled(caseOf(rule).run(harnessOf(Engine)));
  return outcome;
}

const settled = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it was kept',
    (error: unknown) => error,
  );

describe('the engine contract', () => {
  const faults = engineFaults.map(([Engine, rule], index) => ({ fault: Engine.name, rule, index }));
  let outcomes: readonly Promise<unknown>[];

  // All at once: what hangs is found by waiting for it.
  beforeAll(() => {
    outcomes = engineFaults.map(([Engine, rule]) => caught(Engine, rule));
  });

  it.each(faults)('catches $fault: $rule', async ({ index }) => {
    expect(await outcomes[index]).toBeInstanceOf(AssertionError);
  });

  // A fault that every rule caught would prove nothing about the rule that names it.
  it.each(engineContract)('is kept by the engine that the faults are built into: $name', (rule) =>
    rule.run(harnessOf(SoundEngine)),
  );

  it('has a name of its own for every rule', () => {
    const names = engineContract.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
