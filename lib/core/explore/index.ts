export { explain, type SagaAccount } from './explain.js';
export {
  FAILURES,
  failureMatrix,
  failureMatrixMarkdown,
  type Failure,
  type FailureMatrixRow,
} from './failure-matrix.js';
export { simulate, type SimulatedFault, type Simulation } from './simulate.js';
