import { neverAnswers } from '../../support/behaviours.js';
import { settle } from '../../support/manual-clock.js';
import { Cluster, ref } from './cluster.js';

const TEN_MINUTES = 600_000;

/** Anna has died with a saga whose class Bert does not have. */
async function renamed(version = 1) {
  const cluster = new Cluster();
  const old = cluster.plan([cluster.step('Charge', { does: [neverAnswers] })], {
    name: 'o',
    version,
  });
  const anna = await cluster.process([old]);
  await cluster.begun(anna, old);
  anna.crash();
  const lines = () => cluster.logger.messages('warn').filter((line) => line.includes('wait'));
  const known = cluster.plan([cluster.step('Charge')]);
  return { cluster, known, lines };
}

describe('sagas that nobody here knows (rule 26)', () => {
  it('are told of once their process is gone, by name and version, with what to do', async () => {
    const { cluster, known, lines } = await renamed(3);
    await cluster.process([known]);
    // Whoever lives may work on them: it is no matter of ours.
    expect(lines()).toEqual([]);
    await cluster.clock.advance(TEN_MINUTES);
    expect(lines()).toEqual([
      expect.stringMatching(
        /^1 saga 'o' of version 3 waits .* renamed, removed or minified.* cancel, terminate and forget/,
      ),
    ]);
    expect(await cluster.journal.get({ ...ref, name: 'o' })).toMatchObject({
      status: 'running',
      recoveries: 0,
    });
  });

  it('are told of at the start, and again every ten minutes, for as long as they wait', async () => {
    const { cluster, known, lines } = await renamed();
    await cluster.clock.advance(TEN_MINUTES);
    const bert = await cluster.process([known]);
    expect(lines()).toHaveLength(1);
    await cluster.clock.advance(2 * TEN_MINUTES);
    expect(lines()).toHaveLength(3);
    await bert.engine.close();
    await cluster.clock.advance(2 * TEN_MINUTES);
    expect(lines()).toHaveLength(3);
  });

  it('are not told of by those who know them, and resumed', async () => {
    const { cluster, lines } = await renamed();
    await cluster.clock.advance(TEN_MINUTES);
    await cluster.process([cluster.plan([cluster.step('Charge')], { name: 'o' })]);
    await cluster.takeover();
    expect(lines()).toEqual([]);
    expect((await cluster.journal.get({ ...ref, name: 'o' }))?.status).toBe('completed');
  });

  it('a journal that cannot tell is asked again, and holds up nothing', async () => {
    const { cluster, known } = await renamed();
    const abandoned = jest
      .spyOn(cluster.journal, 'abandoned')
      .mockRejectedValueOnce(new Error('connection reset'));
    await cluster.process([known]);
    await settle();
    expect(cluster.logger.messages('warn')).toEqual([
      'Sagas that nobody knows could not be looked up; it is tried again',
    ]);
    await cluster.clock.advance(TEN_MINUTES);
    expect(abandoned).toHaveBeenCalledTimes(2);
  });
});
