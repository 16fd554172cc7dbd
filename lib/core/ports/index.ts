export { LONGEST_TIMER_MS, systemClock, type Clock } from './clock.js';
export { report } from './report.js';
export { causeOf, isInstance, messageOf } from './thrown.js';
export { timeOrderedIds, type IdGenerator } from './ids.js';
export {
  isEnabled,
  silentLogger,
  type LogFields,
  type LogLevel,
  type SagaLogger,
} from './logger.js';
