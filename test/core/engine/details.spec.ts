import { MemoryJournal } from '../../../lib/journals/memory/index.js';
import { detailsOf, summaryOf } from '../../../lib/core/engine/index.js';
import { batchOf, created, refOf, storedOf } from '../../../lib/testing/contract/fixtures.js';

describe('what is shown of a saga', () => {
  it('says until when it sleeps, and nothing of the kind while it is awake', async () => {
    const journal = new MemoryJournal();
    const saga = await created(journal);
    expect(detailsOf(await storedOf(journal, saga))).not.toHaveProperty('wakeAt');
    const wakeAt = new Date('2031-01-01T00:00:00Z');
    await journal.append(batchOf(saga, [2], { sleep: { until: wakeAt.getTime() } }));
    expect(detailsOf(await storedOf(journal, saga)).wakeAt).toEqual(wakeAt);
    const { rows } = await journal.list({});
    expect(rows.map(summaryOf)).toMatchObject([{ id: refOf(saga).id, wakeAt }]);
  });

  it('has a time for those that sleep until somebody wakes them, the last one that there is', async () => {
    const journal = new MemoryJournal();
    const saga = await created(journal);
    await journal.append(batchOf(saga, [2], { sleep: { until: null } }));
    const { wakeAt } = detailsOf(await storedOf(journal, saga));
    expect(wakeAt?.toISOString()).toBe('+275760-09-13T00:00:00.000Z');
  });
});
