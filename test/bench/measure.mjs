import { inChild } from './child.mjs';
import { alternately, summary, timeRound, warmUp } from './harness.mjs';
import { loadSubjects } from './subjects/index.mjs';

const WAITING = ['hand', 'ours', 'oursOnce', 'nodeSagas', 'nodeSagasPerSaga'];

function progress(what) {
  const [start, end] = process.stderr.isTTY ? ['\r', ''] : ['', '\n'];
  return (done, of) => {
    process.stderr.write(`${start}${what}: ${done} of ${of}${done === of ? '\n' : end}`);
  };
}

function report(subjects, samples) {
  return Object.fromEntries(
    Object.entries(samples).map(([key, values]) => [
      key,
      { name: subjects[key].name, ...summary(values) },
    ]),
  );
}

async function made(core) {
  const makers = Object.entries(await loadSubjects(core));
  return Object.fromEntries(makers.map(([key, make]) => [key, make()]));
}

async function measureHere(subjects, settings, options) {
  const keys = Object.keys(subjects);
  const counts = {};
  for (const key of keys) counts[key] = await warmUp(subjects[key], settings.roundMs, options);
  return (key) => timeRound(subjects[key], counts[key], options);
}

/** The samples of all subjects, in ns per saga. */
export async function measureTimes(settings) {
  const { core, rounds, roundMs, isolate, declined = false } = settings;
  const subjects = await made(core);
  const measure = isolate
    ? (key) => inChild('time-child.mjs', [core, key, String(roundMs), String(declined)])
    : await measureHere(subjects, settings, { declined });
  const say = progress(declined ? 'failing sagas, round' : 'sagas, round');
  return report(subjects, await alternately(Object.keys(subjects), rounds, measure, say));
}

/** Bytes of heap per waiting saga. */
export async function measureHeap(core, sagas) {
  const subjects = await made(core);
  const measure = (key) => inChild('heap.mjs', [core, key, String(sagas)], ['--expose-gc']);
  return report(subjects, await alternately(WAITING, 3, measure, progress('heap, round')));
}
