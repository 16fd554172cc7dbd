const FULL = {
  rounds: 7,
  roundMs: 100,
  durableRounds: 7,
  durableMs: 1_000,
  warmUpMs: 700,
  heapRounds: 3,
  heapSagas: 100_000,
  finished: 100_000,
  interrupted: 10_000,
  growthRounds: 5,
  growthMs: 250,
  looks: 100,
  starts: 300,
  retries: 300,
  crashes: 5,
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
  finished: 10_000,
  interrupted: 1_000,
  growthRounds: 2,
  growthMs: 100,
  looks: 30,
  starts: 100,
  retries: 100,
  crashes: 1,
};

export function settingsOf({ quick, rounds, lib, folder }) {
  const base = quick ? QUICK : FULL;
  const chosen =
    rounds === undefined ? {} : { rounds: Number(rounds), durableRounds: Number(rounds) };
  return { ...base, ...chosen, quick, lib, folder };
}
