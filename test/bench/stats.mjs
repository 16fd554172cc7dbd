/** A process that crashed says nothing: it is measured once more, and that is told. */
async function despiteOneCrash(measure, report) {
  try {
    return await measure();
  } catch (error) {
    if (error.crashed !== true) throw error;
    report?.(`once more, because ${error.message}`);
    return measure();
  }
}

/**
 * Calls `measure(key, round)` for all keys in turn, round by round, each round beginning with
 * another one, so that neither a slow minute of the machine nor a neighbour's garbage hits always
 * the same subject. Answers the samples by key.
 */
export async function alternately(keys, rounds, measure, report) {
  const samples = Object.fromEntries(keys.map((key) => [key, []]));
  for (let round = 0; round < rounds; round++) {
    const from = round % keys.length;
    for (const key of [...keys.slice(from), ...keys.slice(0, from)]) {
      report?.(`round ${round + 1} of ${rounds}, ${key}`);
      samples[key].push(await despiteOneCrash(() => measure(key, round), report));
    }
  }
  return samples;
}

export function quantile(samples, q) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

export function median(samples) {
  return quantile(samples, 0.5);
}

/** The median of the ratios of each round: what disturbed a whole round falls out. */
export function ratio(samples, reference) {
  return median(samples.map((value, round) => value / reference[round]));
}

/** One line of the report. */
export function row(name, unit, samples, more = {}) {
  return {
    name,
    unit,
    median: median(samples),
    min: Math.min(...samples),
    max: Math.max(...samples),
    ...more,
    samples,
  };
}

export function atMost(goal, limit, value, unit = '') {
  return { goal, limit: `≤ ${limit}${unit}`, value, unit, met: value <= limit };
}

export function atLeast(goal, limit, value, unit = '') {
  return { goal, limit: `≥ ${limit}${unit}`, value, unit, met: value >= limit };
}
