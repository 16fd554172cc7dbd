import type { Route } from './route.js';

/** The feed: a stream of events in place of one answer. */
export const events: Route = {
  method: 'get',
  path: 'api/events',
  answer: () => Promise.resolve(undefined),
};
