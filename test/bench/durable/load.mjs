/**
 * Keeps `inFlight` sagas going for `ms`, then lets them end. Answers how many there were and how
 * long that took, in s.
 */
export async function load(run, inFlight, ms) {
  const start = performance.now();
  const end = start + ms;
  let sagas = 0;
  const worker = async () => {
    while (performance.now() < end) {
      await run();
      sagas += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { sagas, seconds: (performance.now() - start) / 1e3 };
}
