import {
  type Journal,
  type SagaDefinition,
  type SagaLogger,
  SagaOptionsError,
  type SagaTransactions,
  type TransactionIsolation,
} from '../../../core/index.js';
import { messageOf, report, shown } from '../../../core/engine/index.js';

/** The first step of each isolation level. */
function isolationsOf(
  definitions: readonly SagaDefinition[],
): ReadonlyMap<TransactionIsolation, string> {
  const levels = new Map<TransactionIsolation, string>();
  for (const { name, steps } of definitions) {
    for (const { label, policy } of steps) {
      const level = policy.transactionIsolation;
      if (level !== undefined && !levels.has(level)) {
        levels.set(level, `step ${shown(label)} of saga ${shown(name)}`);
      }
    }
  }
  return levels;
}

type Step = SagaDefinition['steps'][number];

function isCutShort({ policy }: Step, timeoutMs: number): boolean {
  return policy.transaction && policy.timeout !== undefined && policy.timeout > timeoutMs;
}

/** Says of which steps the client ends the transaction before their own time is up. */
function warnOfTimeouts(
  definitions: readonly SagaDefinition[],
  timeoutMs: number | undefined,
  logger: SagaLogger,
): void {
  if (timeoutMs === undefined) return;
  const steps = definitions.flatMap(({ name, steps: all }) =>
    all
      .filter((step) => isCutShort(step, timeoutMs))
      .map(({ label, policy }) => `${shown(label)} of ${shown(name)} (${policy.timeout} ms)`),
  );
  if (steps.length === 0) return;
  const what =
    `The client of your transactions rolls back what takes longer than ${timeoutMs} ms, and these steps may take longer: ${steps.join(', ')}. ` +
    'Give it a longer time, as in fromPrisma(prisma, { timeout })';
  report(logger, 'warn', what);
}

/**
 * Looks at the transactions of the application before any saga uses them, in some of our own: one, and one of each isolation
 * level that a step asks for.
 *
 * @throws SagaOptionsError for transactions that are not the journal's, or not of the isolation that was asked for
 */
export async function checkTransactions(
  journal: Journal,
  transactions: SagaTransactions,
  definitions: readonly SagaDefinition[],
  logger: SagaLogger,
): Promise<void> {
  warnOfTimeouts(definitions, transactions.timeoutMs, logger);
  if (journal.within === undefined) return;
  const verify = async (isolation?: TransactionIsolation): Promise<void> => {
    await transactions.run(
      async (tx) => journal.within?.(transactions.use(tx)).verify(isolation),
      isolation && { isolation },
    );
  };
  await verify();
  for (const [isolation, step] of isolationsOf(definitions)) {
    try {
      await verify(isolation);
    } catch (cause) {
      throw new SagaOptionsError(
        `transactionIsolation '${isolation}' of ${step} cannot be had: ${messageOf(cause)}`,
        { cause },
      );
    }
  }
}
