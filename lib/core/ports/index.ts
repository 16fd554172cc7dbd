export { LONGEST_TIMER_MS, systemClock, type Clock } from './clock.js';
export { messageOf, report } from './report.js';
export { timeOrderedIds, type IdGenerator } from './ids.js';
export {
  isEnabled,
  silentLogger,
  type LogFields,
  type LogLevel,
  type SagaLogger,
} from './logger.js';
