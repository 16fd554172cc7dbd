import { abandonedCases } from './contract/abandoned.cases.js';
import { appendCases } from './contract/append.cases.js';
import { applicationCases } from './contract/application.cases.js';
import { auditCases } from './contract/audit.cases.js';
import { cancelCases } from './contract/cancel.cases.js';
import { claimCases } from './contract/claim.cases.js';
import { suspectCases } from './contract/suspect.cases.js';
import { releaseCases } from './contract/release.cases.js';
import { createCases } from './contract/create.cases.js';
import { forgetCases } from './contract/forget.cases.js';
import { forceCases } from './contract/force.cases.js';
import type { JournalContractCase } from './contract/harness.js';
import { insightCountCases } from './contract/insight-counts.cases.js';
import { insightProcessCases } from './contract/insight-processes.cases.js';
import { insightRefusalCases } from './contract/insight-refusals.cases.js';
import { insightSearchCases } from './contract/insight-search.cases.js';
import { lifecycleCases } from './contract/lifecycle.cases.js';
import { listCases } from './contract/list.cases.js';
import { parkReasonCases } from './contract/park-reason.cases.js';
import { requestCases } from './contract/request.cases.js';
import { takeRequestCases } from './contract/take-request.cases.js';
import { rewriteCases } from './contract/rewrite.cases.js';
import { sleepCases } from './contract/sleep.cases.js';
import { textCases } from './contract/text.cases.js';
import { appendInTransactionCases } from './contract/append-in-transaction.cases.js';
import { createInTransactionCases } from './contract/create-in-transaction.cases.js';

/**
 * Every rule that a journal keeps, as data, for any test runner:
 *
 * ```ts
 * for (const { name, run } of journalContract) test(name, () => run(myHarness));
 * ```
 */
export const journalContract: readonly JournalContractCase[] = [
  ...lifecycleCases,
  ...createCases,
  ...appendCases,
  ...textCases,
  ...listCases,
  ...parkReasonCases,
  ...claimCases,
  ...suspectCases,
  ...abandonedCases,
  ...forceCases,
  ...releaseCases,
  ...cancelCases,
  ...sleepCases,
  ...forgetCases,
  ...applicationCases,
  ...auditCases,
  ...requestCases,
  ...takeRequestCases,
  ...insightCountCases,
  ...insightSearchCases,
  ...insightRefusalCases,
  ...insightProcessCases,
  ...rewriteCases,
];

/** Beside these, every rule of a journal that has {@link Journal.within}: its harness gives `transactions`. */
export const journalInTransactionContract: readonly JournalContractCase[] = [
  ...createInTransactionCases,
  ...appendInTransactionCases,
];
