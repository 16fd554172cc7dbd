import type { Call } from '../call.js';
import type { Dashboard } from '../dashboard.js';

/** One address of the API: what it answers is sent as JSON. */
export interface Route {
  readonly method: 'get' | 'post';
  /** Below the dashboard's. */
  readonly path: string;
  readonly answer: (dashboard: Dashboard, call: Call) => Promise<unknown>;
}
