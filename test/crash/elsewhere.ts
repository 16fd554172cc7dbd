import type { Case } from './cases.js';
import type { Scenario } from './scenarios.js';

/** Before the effect of the second step, which waits there for what is done to it from elsewhere. */
const IN_THE_STEP = 7;

/** Where each process can die, as the order of its commits and effects has it; see `wrap-journal.ts`. */
interface Places {
  /** Of the owner. */
  readonly owner: number;
  /** Of who acts while the owner lives, and of who acts when it died in the step. */
  readonly actor: number;
  readonly successor: number;
  /** Of who recovers it when the owner died in the step, and the other one where `leftAt` says. */
  readonly recovery: number;
  readonly leftAt: number;
}

const PLACES: Readonly<Record<NonNullable<Scenario['elsewhere']>, Places>> = {
  cancel: { owner: 20, actor: 2, successor: 4, recovery: 4, leftAt: 2 },
  // Its heartbeat may tell the owner first: after the step nothing more is sure to come.
  terminate: { owner: 8, actor: 2, successor: 2, recovery: 4, leftAt: 1 },
};

function upTo(n: number): readonly number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

/** For who wants to see only that something is noticed: each of both lives, or dies when it can still matter. */
export function fewElsewhere(steps: number, scenario: string, twin: string): readonly Case[] {
  return casesElsewhere(steps, twin).filter(
    ({ scenario: { name }, killAt = IN_THE_STEP, killActAt = 2, killRecoveryAt }) =>
      name === scenario &&
      killAt === IN_THE_STEP &&
      killActAt === 2 &&
      killRecoveryAt === undefined,
  );
}

/** A kill at every place of the owner, of who acts on its saga, and of who comes after both. */
export function casesElsewhere(steps: number, twin?: string): readonly Case[] {
  return (['cancel', 'terminate'] as const).flatMap((elsewhere) => {
    const name = `${elsewhere} from elsewhere`;
    const scenario: Scenario = { name, steps, elsewhere };
    const { owner, actor, successor, recovery, leftAt } = PLACES[elsewhere];
    const kills: readonly Partial<Case>[] = [
      {},
      ...upTo(owner).map((killAt) => ({ killAt })),
      ...upTo(actor).map((killActAt) => ({ killActAt })),
      ...upTo(successor).map((killActAt) => ({ killAt: IN_THE_STEP, killActAt })),
      ...upTo(recovery).map((killRecoveryAt) => ({
        ...{ killAt: IN_THE_STEP, killActAt: leftAt, killRecoveryAt },
      })),
    ];
    return kills.map((kill) => {
      const { killAt = 'none', killActAt = 'none', killRecoveryAt = 'none' } = kill;
      const where = `owner ${killAt}, actor ${killActAt}, recovery ${killRecoveryAt}`;
      return { name: `${name}; ${where}`, scenario, ...kill, ...(twin ? { twin } : {}) };
    });
  });
}
