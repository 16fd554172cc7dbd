export { LONGEST_TIMER_MS, systemClock, timeOfDate, type Clock } from './clock.js';
export { report, whenRejected } from './report.js';
export {
  causeOf,
  fullMessageOf,
  isError,
  isInstance,
  MAX_TEXT,
  messageOf,
  ownTextOf,
} from './thrown.js';
export { redacting, type Redact, type RedactOption } from './redact.js';
export { newBirth, timeOrderedIds, type IdGenerator } from './ids.js';
export type { InterceptedCall, InterceptedSaga, SagaInterceptor } from './interceptor.js';
export {
  isEnabled,
  LOG_LEVELS,
  silentLogger,
  type LogFields,
  type LogLevel,
  type SagaLogger,
} from './logger.js';
export { quoted, shown, shownSaga, shownText, shownWhole } from './shown.js';
export type {
  BarrierAction,
  StepBarrier,
  StepBarrierSource,
  UndoneAction,
} from './step-barrier.js';
export { PACKAGE_VERSION } from './version.js';
