import { listQuery, SagaOptionsError } from 'nestjs-saga-orchestrator/core';

describe('a filter of sagas', () => {
  it.each([
    [
      { statuss: 'parked' },
      /unknown option 'statuss' of a list \(did you mean 'status'\?\), which accepts .*name, /,
    ],
    [{ tags: ['vip'] }, /tags must be an object/],
    [{ tags: { tier: 7 } }, /tag 'tier' must be a string \(got 7\)/],
    [null, /the filter of a list must be an object \(got null\)/],
    ['parked', /the filter of a list must be an object \(got 'parked'\)/],
    [
      { status: ['parked', 'lost'], limit: 0 },
      /status must be one of .*'lost'\); limit .*\(got 0\)/,
    ],
    [{ createdAfter: 5, cursor: 'x' }, /createdAfter must be .*\(got 5\); cursor must be/],
  ])('%j is refused: it would list what is not meant', (filter, problem) => {
    expect(() => listQuery(filter as never)).toThrow(SagaOptionsError);
    expect(() => listQuery(filter as never)).toThrow(problem);
  });
});
