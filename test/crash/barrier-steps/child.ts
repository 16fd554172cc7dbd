import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { Participant } from '../barrier/participant.js';
import { CrashPoints } from '../crash-points.js';
import { openJournal } from '../stores.js';
import { LEASE_MS, transferOf, type StepTask } from './step-task.js';

// Runs one saga of steps behind a barrier, and dies where it is told to in the second of them.

const { store, elsewhere, id, call, place, twin } = JSON.parse(process.argv[2] ?? '') as StepTask;
const points = new CrashPoints(1);
let isArmed = false;
const reach = (at: string): void => {
  if (isArmed && at === place) points.reach(at);
};
const participant = await Participant.open(elsewhere, reach, twin);
const { steps } = participant.barrier;

/** Of three steps the second is done as the second, and undone as the first. */
const AT = { do: 2, undo: 1 } as const;
const called = { do: 0, undo: 0 };

async function watched<T>(what: StepTask['call'], it: () => Promise<T>): Promise<T> {
  called[what] += 1;
  isArmed = what === call && called[what] === AT[what];
  const value = await it();
  // Nothing comes between before that place is reached.
  if (isArmed && place === 'while COMMIT is on its way') await sleep(1_000);
  reach('before its record');
  return value;
}

const engine = new InProcessEngine({
  journal: await openJournal(store),
  ...{ logger: silentLogger, leaseMs: LEASE_MS, worker: false },
  barrier: {
    steps: {
      run: (action, work) => watched('do', () => steps.run(action, work)),
      undo: (action, work) => watched('undo', () => steps.undo(action, work)),
      settle: (action) => steps.settle(action),
      read: (key, text) => steps.read(key, text),
    },
  },
});
const plan = transferOf(participant);
engine.register(plan);
await engine.open();
const handle = await engine.start(plan, {}, { id });
await handle.result().catch(() => undefined);
await sleep(5_000);
