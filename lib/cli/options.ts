import type { Options } from './command.js';

/** Of every command. */
export const COMMON: Options = {
  journal: {
    type: 'string',
    value: '<address>',
    help: 'sqlite:<file> or postgres://…?schema=saga; else SAGA_JOURNAL, else DATABASE_URL',
  },
  application: {
    type: 'string',
    value: '<name>',
    help: 'whose sagas, where several services share a journal; else SAGA_APPLICATION',
  },
  json: { type: 'boolean', help: 'one JSON object a line' },
  utc: { type: 'boolean', help: 'times in UTC' },
  help: { type: 'boolean', help: 'this text' },
};

/** Which sagas. */
export const FILTER: Options = {
  name: { type: 'string', value: '<saga>', help: 'of this name' },
  status: {
    type: 'string',
    multiple: true,
    value: '<status>',
    help: 'running, compensating, completed, compensated or parked; several times',
  },
  key: { type: 'string', value: '<key>', help: 'with this key' },
  tag: { type: 'string', multiple: true, value: '<name=value>', help: 'with this tag' },
  'park-reason': {
    type: 'string',
    multiple: true,
    value: '<reason>',
    help: 'parked for this reason; several times',
  },
  since: { type: 'string', value: '<time>', help: 'created since: 24h, 7d, or a date' },
};

export const LIMIT: Options = {
  limit: { type: 'string', value: '<n>', help: 'at most so many (50)' },
};

/** Who acts, and why. */
export const WHY: Options = {
  reason: { type: 'string', value: '<text>', help: 'why; kept in the audit' },
  by: { type: 'string', value: '<who>', help: 'who acts; else SAGA_ACTOR, else user@host' },
};

export const WAIT: Options = {
  wait: { type: 'string', value: '<time>', help: 'until it is carried out, at most so long: 30s' },
};

export const CODEC: Options = {
  codec: { type: 'string', value: '<module>', help: 'of a codec of your own: ./codec.mjs' },
};
