// The dashboard without an application around it: for the program `saga`, and no entry of the package.
export { StandaloneDashboard } from './standalone-dashboard.js';
export type { Incoming, Outgoing } from '../http.js';
