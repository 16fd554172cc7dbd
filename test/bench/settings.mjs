const FULL = {
  rounds: 7,
  roundMs: 100,
  durableRounds: 7,
  durableMs: 1_000,
  warmUpMs: 700,
  heapRounds: 3,
  heapSagas: 100_000,
};

/** Enough to see a change; too little to judge a goal by a hair. */
const QUICK = {
  rounds: 3,
  roundMs: 40,
  durableRounds: 2,
  durableMs: 400,
  warmUpMs: 300,
  heapRounds: 1,
  heapSagas: 50_000,
};

export function settingsOf({ quick, rounds, lib, folder }) {
  const base = quick ? QUICK : FULL;
  const chosen =
    rounds === undefined ? {} : { rounds: Number(rounds), durableRounds: Number(rounds) };
  return { ...base, ...chosen, quick, lib, folder };
}
