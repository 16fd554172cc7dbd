import { attachCases } from './engine/attach.cases.js';
import { deployCases } from './engine/deploy.cases.js';
import { doubtCases } from './engine/doubt.cases.js';
import type { EngineContractCase } from './engine/harness.js';
import { outcomeCases } from './engine/outcome.cases.js';
import { startCases } from './engine/start.cases.js';
import { operationsCases } from './engine/operations.cases.js';
import { payloadCases } from './engine/payload.cases.js';
import { watchingCases } from './engine/watching.cases.js';

/**
 * Every rule that an engine keeps, as data, for any test runner:
 *
 * ```ts
 * for (const { name, run } of engineContract) test(name, () => run(myHarness));
 * ```
 *
 * Its cases run in real time, a few seconds each at most.
 */
export const engineContract: readonly EngineContractCase[] = [
  ...outcomeCases,
  ...startCases,
  ...attachCases,
  ...operationsCases,
  ...doubtCases,
  ...deployCases,
  ...watchingCases,
  ...payloadCases,
];
