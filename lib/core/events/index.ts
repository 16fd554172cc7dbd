export { logObserver } from './log-observer.js';
export {
  SAGA_EVENT_TYPES,
  shownError,
  toEvent,
  type EventError,
  type SagaEvent,
  type SagaEventType,
} from './saga-event.js';
