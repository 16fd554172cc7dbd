const HOUR = 3_600_000;

/** What an overview asks. */
function questionsOf(names, refs, cursor) {
  const since = (hours) => new Date(Date.now() - hours * HOUR);
  const histogram = (hours) => ({ from: since(hours), to: new Date(Date.now() + 1), buckets: 24 });
  return {
    'unfinished and parked, by name': (i) =>
      i.counts({ status: ['running', 'compensating', 'parked'] }),
    'counts of 24 h': (i) => i.counts({ createdAfter: since(24) }),
    'counts of 7 days': (i) => i.counts({ createdAfter: since(168) }),
    'counts of all time': (i) => i.counts(),
    'histogram of 24 h': (i) => i.histogram(histogram(24)),
    'histogram of 7 days': (i) => i.histogram(histogram(168)),
    'durations, the newest 2,000 of a name': (i) => i.durations({ names: names.slice(0, 1) }),
    'durations of 24 h, of all names': (i) => i.durations({ createdAfter: since(24) }),
    'durations of all time, of all names': (i) => i.durations(),
    'what waits for a process': (i) => i.unfinished(),
    processes: (i) => i.owners(),
    names: (i) => i.names(),
    tags: (i) => i.tagNames(),
    'values of a tag': (i) => i.tagValues({ tag: 'tenant' }),
    'search by the beginning of an id': (i) => i.find({ text: 'order-99' }),
    'search by the beginning of a key': (i) => i.find({ text: 'account-49' }),
    'records of a page of 50': (i) => i.records(refs),
    'payloads of one': (i) => i.payloads(refs[0]),
    'dry run of a tag, more than 10,000': (i) => i.dryRun({ tags: { tenant: 't1' } }),
    'dry run of what is parked': (i) => i.dryRun({ parkReason: 'in-doubt' }),
    'changes, nothing new': (i) => i.changes({ cursor }),
  };
}

/** The first call of each, and the times of those after it. */
export async function insightTimes(journal, looks) {
  const { insight } = journal;
  const { rows } = await journal.list({ status: 'completed' });
  const refs = rows.map(({ application, name, id }) => ({ application, name, id }));
  const names = await insight.names();
  const { cursor } = await insight.changes();
  const times = {};
  for (const [what, ask] of Object.entries(questionsOf(names, refs, cursor))) {
    const samples = [];
    for (let look = 0; look <= looks; look++) {
      const start = performance.now();
      await ask(insight);
      samples.push(performance.now() - start);
    }
    const [first, ...warm] = samples;
    times[what] = { first, warm };
  }
  return times;
}
