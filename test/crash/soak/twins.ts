import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSagaError, type Journal, type JournalBatch } from 'nestjs-saga-orchestrator/core';
import { wrapJournal } from '../wrap-journal.js';
import type { Accounts } from './accounts.js';

/** Something broken on purpose, in every worker of a soak: the audit must notice. */
export interface Twin {
  readonly name: string;
  /** The problem that names the fault. */
  readonly caughtAs: RegExp;
  readonly journal?: (inner: Journal) => Journal;
  readonly accounts?: (inner: Accounts) => Accounts;
}

/** Writes for whoever asks, as the one who owns the saga now. */
async function writeAsOwner(inner: Journal, batch: JournalBatch): Promise<void> {
  const { row, entries = [] } = (await inner.load(batch.ref)) ?? {};
  if (row?.owner == null) return;
  const { owner, epoch } = row;
  const next = entries.length + 1;
  await inner.append({
    ...batch,
    owner,
    epoch,
    entries: batch.entries.map((entry, n) => ({ ...entry, epoch, seq: next + n })),
  });
}

function other(inner: Accounts, own: Partial<Accounts>): Accounts {
  const methods = ['open', 'move', 'takeBack', 'has', 'total', 'effects', 'close'] as const;
  const bound = methods.map((name) => [name, inner[name].bind(inner)] as const);
  return { ...(Object.fromEntries(bound) as unknown as Accounts), ...own };
}

export const TWINS: readonly Twin[] = [
  {
    name: 'a journal that lets a worker write after it has lost its lease',
    caughtAs: /is not what was acknowledged|was acknowledged twice/,
    journal: (inner) =>
      wrapJournal(inner, {
        append: async (batch) => {
          try {
            await inner.append(batch);
          } catch (error) {
            if (!isSagaError(error, 'SAGA_LEASE_LOST')) throw error;
            await writeAsOwner(inner, batch).catch(() => undefined);
          }
        },
      }),
  },
  {
    name: 'a journal that acknowledges before it has written',
    caughtAs: /was acknowledged and is lost|is not what was acknowledged/,
    journal: (inner) =>
      wrapJournal(inner, {
        append: async (batch) => {
          void sleep(50).then(() => inner.append(batch).catch(() => undefined));
        },
      }),
  },
  {
    name: 'a journal that does not know who lives: every worker has all sagas',
    caughtAs: /and worker \d+ has it/,
    journal: (inner) =>
      wrapJournal(inner, {
        heartbeat: async (owner, leaseMs) => {
          const asked = await inner.heartbeat(owner, leaseMs);
          await inner.heartbeat(owner, 1);
          return asked;
        },
      }),
  },
  {
    name: 'a bank that does not know what it has done',
    caughtAs: /\(2 \+ 0\)|the accounts hold/,
    accounts: (inner) =>
      other(inner, { move: (movement) => inner.move({ ...movement, key: randomUUID() }) }),
  },
  {
    name: 'a bank that takes nothing back',
    caughtAs: /is compensated, and \w+ stands at/,
    accounts: (inner) => other(inner, { takeBack: () => Promise.resolve() }),
  },
];

export function twinNamed(name: string | undefined): Twin | undefined {
  const found = TWINS.find((twin) => twin.name === name);
  if (found === undefined && name !== undefined) throw new Error(`No twin is named '${name}'`);
  return found;
}
