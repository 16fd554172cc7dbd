import { median, row } from '../stats.mjs';
import { processTimes } from './in-process.mjs';

const PLAIN = 'plain';
const EXTRAS = [
  PLAIN,
  'subscriber',
  'timeout',
  'retry',
  'winstonError',
  'winstonInfo',
  'winstonDebug',
];

/** What one setting more costs a saga of three steps. */
export async function extras(settings, say) {
  const { names, samples } = await processTimes(EXTRAS, settings, say);
  const rows = EXTRAS.map((key) => {
    const more = samples[key].map((ns, round) => ns - samples[PLAIN][round]);
    return key === PLAIN
      ? row('a saga without any of it', 'ns/saga', samples[key])
      : row(`+ ${names[key]}`, 'ns/saga', more, { total: median(samples[key]) });
  });
  const part = {
    title: 'What an option costs a saga of three steps, in process',
    note: 'processor time on top of the plain saga; the log goes nowhere, so no terminal is measured',
    rows,
  };
  return { parts: [part], goals: [] };
}
