import { sightOf } from './witness.js';
import { zombieActs } from './zombie-acts.js';

/** What worker 2, which had transfer 7 in its first epoch and slept, did to it when it had lost it. */
function acts(...lines: readonly string[]): readonly string[] {
  const sights = lines.map((line) => sightOf(`7 ${line}`));
  return zombieActs(sights, 2, 1).map((act) => lines[sights.indexOf(act)] ?? '');
}

describe('what a worker does when it wakes', () => {
  it.each(['do Deposit', 'undo Withdraw', 'probe Deposit'])(
    'is a fault when it begins what another one has: %s',
    (what) => {
      const call = `2 call ${what}`;
      expect(acts('2 acked 1 1 a', '3 claimed 2', call)).toEqual([call]);
      expect(acts('2 acked 1 1 a', '3 acked 2 2 b', call)).toEqual([call]);
    },
  );

  it('is a fault when it writes behind the first record of the other one', () => {
    expect(acts('2 acked 1 1 a', '3 acked 2 2 b', '2 acked 2 1 c', '2 acked 3 1 d')).toEqual([
      '2 acked 2 1 c',
      '2 acked 3 1 d',
    ]);
  });

  it('is none when it is told late what it wrote before its sleep', () => {
    expect(acts('2 acked 1 1 a', '3 claimed 2', '3 acked 3 2 b', '2 acked 2 1 c')).toEqual([]);
  });

  it('is none once it has taken the transfer over by right', () => {
    expect(acts('3 claimed 2', '3 acked 2 2 a', '2 claimed 3', '2 call probe Deposit')).toEqual([]);
  });

  it('is none when the one between slept, too, and says only now what it had claimed', () => {
    const call = '2 call probe Deposit';
    expect(acts('2 acked 1 1 a', '2 claimed 3', '3 claimed 2', call)).toEqual([]);
    expect(acts('2 acked 1 1 a', '2 claimed 3', '3 acked 2 2 b', call)).toEqual([]);
  });

  it('is a fault again when it has lost what it took over', () => {
    const call = '2 call probe Deposit';
    expect(acts('3 claimed 2', '2 claimed 3', '4 claimed 4', call)).toEqual([call]);
  });
});
