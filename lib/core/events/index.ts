export { logObserver } from './log-observer.js';
export {
  shownError,
  toEvent,
  type EventError,
  type SagaEvent,
  type SagaEventType,
} from './saga-event.js';
