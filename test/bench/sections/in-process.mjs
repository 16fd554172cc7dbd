import { inChild } from '../child.mjs';
import { alternately, atMost, median, ratio, row } from '../stats.mjs';

const COMPARED = [
  'hand',
  'nested',
  'ours',
  'oursOnce',
  'nodeSagas',
  'nodeSagasPerSaga',
  'effect',
  'nest',
];

/** Says of a subject that its steps all succeed, also where those of the others do not. */
export const happy = (key) => `${key}, happy`;

/**
 * Samples of in-process subjects, each round of each in a fresh process: ns of processor time, and the
 * bytes of garbage.
 */
export async function processTimes(keys, { lib, rounds, roundMs, declined = false }, say) {
  const names = {};
  const garbage = Object.fromEntries(keys.map((key) => [key, []]));
  const measure = async (key) => {
    const [subject, isHappy] = key.split(', ');
    const config = { lib, key: subject, roundMs, declined: declined && isHappy === undefined };
    const found = await inChild('time-child.mjs', config);
    names[key] = found.name;
    garbage[key].push(found.garbage);
    return found.ns;
  };
  const samples = await alternately(keys, rounds, measure, say);
  return { names, samples, garbage };
}

/** Lines for {@link processTimes}: each against the first one, and against node-sagas. */
export function timeRows({ names, samples, garbage }, keys, more) {
  return keys.map((key) =>
    row(names[key], 'ns/saga', samples[key], {
      ratios: {
        'by hand': ratio(samples[key], samples[keys[0]]),
        'node-sagas': ratio(samples[key], samples.nodeSagas),
      },
      garbage: median(garbage[key]),
      ...more,
    }),
  );
}

async function heapRows({ lib, heapRounds, heapSagas }, say) {
  const names = {};
  const measure = async (key) => {
    const config = { lib, key, sagas: heapSagas };
    const { bytes, name } = await inChild('heap.mjs', config, ['--expose-gc']);
    names[key] = name;
    return bytes;
  };
  const samples = await alternately(COMPARED, heapRounds, measure, (what) => say(`heap, ${what}`));
  const rows = Object.entries(samples).map(([key, values]) =>
    row(names[key], 'bytes/saga', values, {
      ratios: {
        'by hand': ratio(values, samples.hand),
        'node-sagas': ratio(values, samples.nodeSagas),
      },
    }),
  );
  return { rows, ours: median(samples.ours), oursOnce: median(samples.oursOnce) };
}

export async function inProcess(settings, say) {
  const times = await processTimes(COMPARED, settings, say);
  const { hand, ours, oursOnce, nodeSagas, nodeSagasPerSaga } = times.samples;
  const heap = await heapRows(settings, say);
  const parts = [
    {
      title: 'In process: three async no-op steps, logging off',
      note: 'processor time of one saga, collector included; each round in a fresh process',
      rows: timeRows(times, COMPARED, { plot: true }),
    },
    {
      title: `Heap of ${settings.heapSagas.toLocaleString('en-US')} sagas that wait in their second step`,
      note: 'after a full collection; each round in a fresh process',
      rows: heap.rows,
    },
  ];
  const goals = [
    atMost('ours ÷ node-sagas, plan per saga', 1, ratio(ours, nodeSagasPerSaga), ' ×'),
    atMost('ours ÷ node-sagas, defined once', 1, ratio(oursOnce, nodeSagas), ' ×'),
    atMost('ours, its plan per saga ÷ node-sagas, builder once', 1, ratio(ours, nodeSagas), ' ×'),
    atMost('ours ÷ by hand', 2, ratio(ours, hand), ' ×'),
    atMost('heap per waiting saga with its own plan', 1_500, heap.ours, ' bytes'),
    atMost('heap per waiting saga, defined once', 1_500, heap.oursOnce, ' bytes'),
  ];
  return { parts, goals };
}
