// One round of one subject, alone in its process: <core> <subject> <round ms> <declined>
import { timeRound, warmUp } from './harness.mjs';
import { loadSubjects } from './subjects/index.mjs';

const [core, key, roundMs, declined] = process.argv.slice(2);
const subject = (await loadSubjects(core))[key]();
const options = { declined: declined === 'true' };
const count = await warmUp(subject, Number(roundMs), options);
process.stdout.write(JSON.stringify(await timeRound(subject, count, options)));
