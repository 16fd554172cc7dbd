// One round of one in-process subject, alone in its process: node time-child.mjs <config as JSON>
import { garbageOf, timeRound, warmUp } from './timing.mjs';
import { loadSubjects } from './subjects/index.mjs';

const { lib, key, roundMs, declined } = JSON.parse(process.argv[2]);
const subject = await (await loadSubjects(lib))[key]();
const count = await warmUp(subject, roundMs, { declined });
const ns = await timeRound(subject, count, { declined });
const garbage = await garbageOf(subject, count, { declined });
await subject.close?.();
process.stdout.write(JSON.stringify({ ns, garbage, name: subject.name }));
