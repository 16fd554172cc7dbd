// What the server of the dashboard answers, as JSON: the one thing that it shares with the browser.
export type * from './wire-bulk.js';
export type * from './wire-saga.js';
export type * from './wire-views.js';
