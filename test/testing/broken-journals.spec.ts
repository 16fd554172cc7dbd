import { AssertionError } from 'node:assert';
import { journalContract, type JournalHarness } from 'nestjs-saga-orchestrator/testing';
import { appendFaults } from './faults/append-faults.js';
import { applicationFaults } from './faults/application-faults.js';
import { claimFaults } from './faults/claim-faults.js';
import { Faulty } from './faults/faulty.js';
import { insightFaults } from './faults/insight-faults.js';
import { parkReasonFaults } from './faults/park-reason-faults.js';
import { operatorFaults } from './faults/operator-faults.js';
import { sleepFaults } from './faults/sleep-faults.js';
import { storeFaults } from './faults/store-faults.js';

const FAULTS = [
  ...appendFaults,
  ...claimFaults,
  ...sleepFaults,
  ...storeFaults,
  ...applicationFaults,
  ...parkReasonFaults,
  ...insightFaults,
  ...operatorFaults,
];

function harnessOf(Journal: typeof Faulty): () => JournalHarness {
  return () => {
    const clock = { now: 1_700_000_000_000 };
    const journal = new Journal(clock);
    return {
      journal: () => journal,
      pass: async (ms) => void (clock.now += ms),
      dispose: async () => undefined,
    };
  };
}

function caseOf(rule: string) {
  const found = journalContract.find(({ name }) => name === rule);
  if (found === undefined) throw new Error(`The contract has no rule '${rule}'`);
  return found;
}

describe('the journal contract', () => {
  const faults = FAULTS.map(([Journal, rule]) => ({ fault: Journal.name, Journal, rule }));

  it.each(faults)('catches $fault: $rule', async ({ Journal, rule }) => {
    await expect(caseOf(rule).run(harnessOf(Journal))).rejects.toBeInstanceOf(AssertionError);
  });

  // A fault that every rule caught would prove nothing about the rule that names it.
  it.each(journalContract)('is kept by the journal that the faults are built into: $name', (rule) =>
    rule.run(harnessOf(Faulty)),
  );

  it('has a name of its own for every rule', () => {
    const names = journalContract.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
