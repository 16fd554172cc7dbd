import { setTimeout as sleep } from 'node:timers/promises';
import { CrashPoints } from '../crash-points.js';
import { openShop } from './parcel.js';
import { actOf, REF, WHY, type RequestTask } from './request-task.js';

// Leaves one request, or carries one out, and dies where it is told to.

const task = JSON.parse(process.argv[2] ?? '') as RequestTask;
const points = new CrashPoints(1);
const { engine } = await openShop(task, (place) => {
  if (place === task.place) points.reach(place);
});
if (task.role === 'ask') await engine.operators.request(REF, actOf(task), WHY);
else await engine.recover();
await sleep(10_000);
