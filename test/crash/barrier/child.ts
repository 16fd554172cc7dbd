import { setTimeout as sleep } from 'node:timers/promises';
import { CrashPoints } from '../crash-points.js';
import type { CallTask } from './call-task.js';
import { Participant } from './participant.js';

// Is told one thing behind its barrier, and dies where it is told to.

const { store, key, told, place, twin } = JSON.parse(process.argv[2] ?? '') as CallTask;
const points = new CrashPoints(1);
let isArmed = false;
const reach = (at: string): void => {
  if (isArmed && at === place) points.reach(at);
};
const participant = await Participant.open(store, reach, twin);
if (told === 'undo') await participant.do(key, 'by the dead');
isArmed = true;
await (told === 'action'
  ? participant.do(key, 'by the dead')
  : participant.undo(key, 'by the dead'));
reach('before its answer');
await sleep(5_000);
