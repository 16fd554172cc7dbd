export { statusOf, type SagaProblem } from './problem.js';
export { SagaExceptionFilter } from './saga-exception.filter.js';
