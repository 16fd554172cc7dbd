/** The name under which spans and metrics are made. */
export const SCOPE = 'nestjs-saga-orchestrator';

/** All attributes of spans, links, events and metrics. Ids stand on spans alone. */
export const NAME = 'saga.name';
export const ID = 'saga.id';
export const VERSION = 'saga.version';
export const RECOVERED = 'saga.recovered';
/** `completed`, `compensated` or `parked`. */
export const OUTCOME = 'saga.outcome';
export const PARK_REASON = 'saga.park.reason';
export const STEP = 'saga.step.name';
/** `do`, `undo` or `probe`. */
export const DIRECTION = 'saga.step.direction';
export const ATTEMPT = 'saga.step.attempt';
/** `done`, `failed` or `unknown`; `interrupted` where this process learns of none. */
export const STEP_OUTCOME = 'saga.step.outcome';
/** Why a saga started compensating. */
export const CAUSE = 'saga.cause';
/** What a link leads to: `origin` or `undoes`. */
export const LINK = 'saga.link';
export const ERROR_TYPE = 'error.type';
export const JOURNAL_SYSTEM = 'saga.journal.system';
export const OPERATION = 'saga.operation';

export const DIRECTIONS = { action: 'do', undo: 'undo', probe: 'probe' } as const;
