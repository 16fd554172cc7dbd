export { ManualClock, settle } from '../../lib/testing/index.js';
