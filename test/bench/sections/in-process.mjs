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

/**
 * Samples of in-process subjects, each round of each in a fresh process: ns of processor time, and the
 * bytes of garbage.
 */
export async function processTimes(keys, { lib, rounds, roundMs, declined = false }, say) {
  const names = {};
  const garbage = Object.fromEntries(keys.map((key) => [key, []]));
  const measure = async (key) => {
    const found = await inChild('time-child.mjs', { lib, key, roundMs, declined });
    names[key] = found.name;
    garbage[key].push(found.garbage);
    return found.ns;
  };
  const samples = await alternately(keys, rounds, measure, say);
  return { names, samples, garbage };
}

/** Lines for {@link processTimes}: each against the first one, and against node-sagas. */
export function timeRows({ names, samples, garbage }, plot) {
  const [reference] = Object.keys(samples);
  return Object.entries(samples).map(([key, values]) =>
    row(names[key], 'ns/saga', values, {
      ratios: {
        'by hand': ratio(values, samples[reference]),
        ...(samples.nodeSagas && { 'node-sagas': ratio(values, samples.nodeSagas) }),
      },
      garbage: median(garbage[key]),
      plot,
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
  return { rows, bytes: rows[COMPARED.indexOf('ours')].median };
}

export async function inProcess(settings, say) {
  const times = await processTimes(COMPARED, settings, say);
  const { hand, nested, ours, oursOnce, nodeSagas, nodeSagasPerSaga } = times.samples;
  const heap = await heapRows(settings, say);
  const parts = [
    {
      title: 'In process: three async no-op steps, logging off',
      note: 'processor time of one saga, collector included; each round in a fresh process',
      rows: timeRows(times, true),
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
    atMost('ours ÷ by hand, nested', 2, ratio(ours, nested), ' ×'),
    atMost('heap per waiting saga with its own plan', 1_500, heap.bytes, ' bytes'),
  ];
  return { parts, goals };
}
