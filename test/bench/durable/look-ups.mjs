import { openJournal } from './open-ours.mjs';

const OWNER = 'bench';
const INTERRUPTED = 1_000;

async function timed(count, call) {
  const samples = [];
  for (let at = 0; at < count; at++) {
    const start = performance.now();
    await call();
    samples.push(performance.now() - start);
  }
  return samples;
}

/** Sagas of a process that is gone: it has no heartbeat. */
async function interrupt(journal) {
  const head = JSON.stringify({
    type: 'started',
    label: 'createOrder',
    attempt: 1,
    owesUndo: true,
  });
  const entries = [{ seq: 1, at: Date.now(), epoch: 1, head, result: null, context: null }];
  const saga = {
    version: 1,
    fingerprint: '',
    status: 'running',
    key: null,
    tags: {},
    deadline: null,
  };
  const all = Array.from({ length: INTERRUPTED }, (_, at) =>
    journal.create({
      ...saga,
      name: 'PlaceOrder',
      id: `gone-${at}`,
      input: '{}',
      owner: 'gone',
      entries,
    }),
  );
  await Promise.all(all);
}

/** Times in ms of what operators and the recovery ask a large journal. */
export async function claimAndListTimes(lib, store, looks) {
  const journal = await openJournal(lib, store);
  await journal.open();
  const list = (filter) => timed(looks, () => journal.list(filter));
  const claim = async (limit, expected) =>
    timed(looks, async () => {
      const rows = await journal.claim({ owner: OWNER, names: ['PlaceOrder'], limit });
      if (rows.length !== expected)
        throw new Error(`${rows.length} sagas claimed, not ${expected}`);
    });
  const { nextCursor } = await journal.list({ limit: 1_000 });
  const times = {
    'list the newest page of 50': await list({}),
    'list a later page of 50': await list({ cursor: nextCursor }),
    'list by name and status': await list({ name: 'PlaceOrder', status: 'completed' }),
    'list the parked ones, of which there are none': await list({ status: 'parked' }),
    'claim where there is nothing to claim': await claim(100, 0),
  };
  await interrupt(journal);
  // Who claims has no heartbeat either: the next call finds the same ones again.
  times['claim 100 of 1,000 interrupted'] = await claim(100, 100);
  await journal.close();
  return times;
}
