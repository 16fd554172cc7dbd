import type { DamagedStore } from './describe-bad-rows.js';
import type { Journal, OperatorAct } from 'nestjs-saga-orchestrator/core';

const NAME = 'PlaceOrder';
const ACTS: readonly OperatorAct[] = ['cancel', 'resume', 'terminate'];

/** Of requests and of the audit: one row is damaged among healthy ones (semantics 28b). */
export function describeBadActs(newStore: () => Promise<DamagedStore>): void {
  let store: DamagedStore;
  let journal: Journal;

  beforeEach(async () => {
    store = await newStore();
    journal = store.journal();
    await journal.open();
    await journal.heartbeat('anna', 60_000);
    for (const id of ['bad', 'well']) {
      const act = {
        name: NAME,
        id,
        act: 'resume',
        label: 'Charge',
        result: '1',
        bulk: null,
      } as const;
      const who = { by: 'eve', reason: 'paid now', origin: 'cli' };
      await journal.operators.request({ ...act, ...who, request: id });
      await journal.operators.request({ ...act, ...who, request: `ended-${id}`, id: `e-${id}` });
      const end = { owner: null, outcome: 'withdrawn', message: null } as const;
      await journal.operators.end({ request: `ended-${id}`, ...end });
    }
  });
  afterEach(() => journal.close());

  const take = (): Promise<readonly string[]> =>
    journal.operators
      .take({
        ...{ owner: 'anna', names: [NAME], acts: ACTS, actsOnAny: [], except: [], limit: 9 },
      })
      .then((rows) => rows.map(({ request }) => request));

  it.each([
    ['created_at', 'created_at = -1'],
    ['created_at', 'created_at = 9223372036854775807'],
    ['takes', 'takes = -7'],
    ['taken_at', 'taken_at = -1'],
  ])('a request whose %s cannot be read harms no other: %s', async (column, change) => {
    await store.sql(`UPDATE saga_requests SET ${change} WHERE request = 'bad'`);
    const { requests } = await journal.operators.requests({ open: true });
    const damage = `of its row ${column} cannot be read`;
    expect(requests).toMatchObject([{ request: 'well' }, { request: 'bad', damage }]);
    expect(await take()).toEqual(['bad', 'well']);
  });

  it('leaves a request for an act that only later versions know to them, and to no age', async () => {
    await store.sql(`UPDATE saga_requests SET act = 'undo' WHERE request = 'bad'`);
    expect(await take()).toEqual(['well']);
    expect((await journal.operators.requests({ request: 'bad' })).requests).toMatchObject([
      { act: 'undo', takenBy: null },
    ]);
  });

  it.each(['at = -1', 'at = 9223372036854775807'])(
    'an entry of the audit that cannot be read harms no other: %s',
    async (change) => {
      await store.sql(`UPDATE saga_audit SET ${change} WHERE entry = 'ended-bad'`);
      const { entries } = await journal.operators.audit({});
      const damage = 'of its row at cannot be read';
      expect(entries).toMatchObject([{ entry: 'ended-well' }, { entry: 'ended-bad', damage }]);
      await journal.operators.forget({ olderThanMs: -60_000, limit: 9 });
      const left = (await journal.operators.audit({})).entries.map(({ entry }) => entry);
      expect(left).not.toContain('ended-well');
    },
  );

  it('texts that are none harm no other', async () => {
    if (store.noText === undefined) return;
    for (const column of ['reason', 'by', 'label', 'result', 'origin', 'id']) {
      await store.sql(`UPDATE saga_requests SET ${column} = ${store.noText} WHERE request = 'bad'`);
    }
    const { requests } = await journal.operators.requests({ open: true });
    expect(requests).toHaveLength(2);
    expect(requests[1]?.damage).toBe(
      'of its row id, label, by, reason, origin, result cannot be read',
    );
    expect(await take()).toEqual(['bad', 'well']);
  });
}
