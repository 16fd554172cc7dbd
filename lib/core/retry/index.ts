export { backoff } from './backoff.js';
export {
  COMPENSATION_RETRY,
  delayPolicy,
  NO_RETRY,
  retryPolicy,
  type RetryOptions,
  type RetryPolicy,
} from './retry-policy.js';
