const FULL = {
  rounds: 7,
  roundMs: 100,
  durableRounds: 7,
  durableMs: 1_000,
  warmUpMs: 1_500,
  failureInFlight: [1, 32, 256],
  undos: 40_000,
  heapRounds: 5,
  heapSagas: 100_000,
  finished: 100_000,
  interrupted: 10_000,
  growthRounds: 5,
  latencyRounds: 5,
  recoveries: 5,
  growthMs: 250,
  looks: 100,
  starts: 300,
  retries: 300,
  crashes: 5,
  insightSagas: 1_000_000,
  insightLooks: 7,
};

/** Enough to see a change; too little to judge a goal by a hair. */
const QUICK = {
  rounds: 3,
  roundMs: 40,
  durableRounds: 2,
  durableMs: 300,
  warmUpMs: 300,
  failureInFlight: [32],
  undos: 10_000,
  heapRounds: 1,
  heapSagas: 20_000,
  finished: 5_000,
  interrupted: 500,
  growthRounds: 1,
  latencyRounds: 2,
  recoveries: 1,
  growthMs: 100,
  looks: 30,
  starts: 100,
  retries: 60,
  crashes: 1,
  insightSagas: 50_000,
  insightLooks: 3,
};

export function settingsOf({ quick, rounds, lib, folder, base }) {
  const standard = quick ? QUICK : FULL;
  const chosen =
    rounds === undefined ? {} : { rounds: Number(rounds), durableRounds: Number(rounds) };
  return { ...standard, ...chosen, quick, lib, folder, ...(base && { base }) };
}
