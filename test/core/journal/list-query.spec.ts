import { listQuery, SagaOptionsError } from 'nestjs-saga-orchestrator/core';

describe('a filter of sagas', () => {
  it.each([
    [{ statuss: 'parked' }, /a list has name, status, .*, and no 'statuss'; take it away/],
    [{ tags: ['vip'] }, /tags must be an object/],
  ])('%j is refused: it would list what is not meant', (filter, problem) => {
    expect(() => listQuery(filter as never)).toThrow(SagaOptionsError);
    expect(() => listQuery(filter as never)).toThrow(problem);
  });
});
