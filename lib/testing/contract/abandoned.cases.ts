import { strict as assert } from 'node:assert';
import { ANNA, created, LONG_LEASE, NAME, unchanged } from './fixtures.js';
import { contractCase, type JournalContractCase } from './harness.js';

export const abandonedCases: readonly JournalContractCase[] = [
  contractCase(
    'abandoned sagas of other names are counted, and left as they are',
    async (store) => {
      const [anna, bert] = [await store.open(), await store.open()];
      await anna.heartbeat(ANNA, LONG_LEASE);
      const lost = await created(anna, { name: 'Lost', owner: 'process-that-never-beat' });
      await created(anna, { name: 'Lost', owner: 'process-that-never-beat' });
      await created(anna, { name: 'Lost', version: 2, owner: 'process-that-never-beat' });
      await created(anna, { name: 'Lost', status: 'completed', owner: 'process-that-never-beat' });
      await created(anna, { name: 'Lost', application: 'bank', owner: 'process-that-never-beat' });
      // Somebody works on it, whoever that may be.
      await created(anna, { name: 'Served' });
      await created(anna, { name: NAME, owner: 'process-that-never-beat' });
      await unchanged(anna, lost, async () => {
        assert.deepEqual(await bert.abandoned({ except: [NAME] }), [
          { name: 'Lost', version: 1, sagas: 2 },
          { name: 'Lost', version: 2, sagas: 1 },
        ]);
      });
      assert.deepEqual(await bert.abandoned({ except: [NAME, 'Lost'] }), []);
      assert.deepEqual(await bert.abandoned({ application: 'bank', except: [] }), [
        { name: 'Lost', version: 1, sagas: 1 },
      ]);
    },
  ),
];
