import { durableRounds, rateRow, ratioOf, subjectsOf } from '../durable/rounds.mjs';
import { startRestateServer } from '../durable/server.mjs';
import { atLeast } from '../stats.mjs';
import { IN_FLIGHT } from './sqlite.mjs';

const NAMES = { restate: 'ours on Restate', restateByHand: 'by hand on its SDK' };
const GOALS = { 1: 0.85, 32: 0.75, 256: 0.75 };

function restateSubjects(settings, { ingressUrl, adminUrl, ports }) {
  const of = (subject) =>
    subjectsOf(subject, IN_FLIGHT, settings, () => ({
      ingressUrl,
      adminUrl,
      port: ports[subject],
    }));
  return Object.assign({}, ...Object.keys(NAMES).map(of));
}

/** Our sagas against the same saga written by hand on Restate's SDK, on one server. */
export async function restate(settings, say) {
  const server = await startRestateServer(Object.keys(NAMES));
  try {
    const samples = await durableRounds(restateSubjects(settings, server), settings, say);
    const timesHand = (inFlight) =>
      ratioOf(samples, `restate-${inFlight}`, `restateByHand-${inFlight}`);
    const rows = IN_FLIGHT.flatMap((inFlight) =>
      Object.entries(NAMES).map(([subject, name]) =>
        rateRow(`${name}, ${inFlight} in flight`, samples[`${subject}-${inFlight}`], {
          plot: true,
          ...(subject === 'restate' && { ratios: { 'by hand': timesHand(inFlight) } }),
        }),
      ),
    );
    const goals = IN_FLIGHT.map((inFlight) =>
      atLeast(
        `Restate, ${inFlight} in flight: ours ÷ by hand`,
        GOALS[inFlight],
        timesHand(inFlight),
        ' ×',
      ),
    );
    const part = {
      title: 'On Restate: ours and the same saga by hand on its SDK, one server',
      note: 'through its HTTP ingress, one request per saga; each round in a fresh process that registers itself anew',
      rows,
    };
    return { parts: [part], goals };
  } finally {
    await server.stop();
  }
}
