import { errorWithin } from 'nestjs-saga-orchestrator/core';

const many = (count: number): Error[] =>
  Array.from({ length: count }, (_, n) => new Error(`refused ${n}`));

describe('errorWithin()', () => {
  it('finds one among many, as a batch of sagas leaves them', () => {
    const searched = new Error('interrupted');
    const error = new AggregateError([...many(500), searched]);
    expect(errorWithin(error, (one) => one === searched)).toBe(searched);
  });

  it('looks at as many as it may, and at none of them twice', () => {
    const errors = many(100_000);
    let looks = 0;
    const error = new AggregateError([...errors.slice(0, 10), ...errors]);
    // Each was compared with all before it: 2 s in which nothing else ran.
    const begun = process.cpuUsage().user;
    expect(errorWithin(error, () => (looks += 1) < 0)).toBeUndefined();
    expect(looks).toBeGreaterThan(900);
    expect(looks).toBeLessThan(1_001);
    expect(process.cpuUsage().user - begun).toBeLessThan(500_000);
  });
});
