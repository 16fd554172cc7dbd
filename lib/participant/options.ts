import {
  jsonCodec,
  SagaOptionsError,
  type PayloadCodec,
  type SagaTransactions,
} from '../core/index.js';
import {
  codecProblem,
  groupProblem,
  isGroup,
  methodsProblem,
  namesOf,
  refuseProblems,
  shown,
  unknownProblems,
  wholeProblem,
} from '../core/engine/index.js';
import { barrierSql, type BarrierDialect } from './barrier-sql.js';
import type { BarrierMode } from './saga-call.js';

export interface SagaBarrierOptions {
  /**
   * How this service runs transactions in its database, Postgres or SQLite: `fromPg(pool)` and its like of
   * `./transactions`, or an object of yours with `run` and `use`.
   */
  readonly transactions: SagaTransactions;
  /**
   * How long an action and its undo are remembered, in ms: longer than any saga may still repeat or undo
   * what it did here. @default 2_592_000_000, 30 days
   */
  readonly keepMs?: number;
  /**
   * `auto`: the table is made at start-up where it is missing, by one process at a time. `off`: it is only looked
   * for; `sagaBarrierSql()` prints what has to be run. @default 'auto'
   */
  readonly migrate?: 'auto' | 'off';
  /** Of Postgres, for the table; made with it. @default the first of the connection's search_path */
  readonly schema?: string;
  /**
   * `required`: a call without the headers of a saga is refused with `SAGA_OPTIONS`. `optional`: it is let
   * through, in a transaction and without a barrier. @default 'required'
   */
  readonly barrier?: BarrierMode;
  /**
   * How the results are kept that duplicates get; `aesGcmCodec()` encrypts them, each bound to its action. What steps with
   * `barrier: true` bring is kept by the codec of their saga.
   *
   * @default jsonCodec
   */
  readonly codec?: PayloadCodec;
}

export interface Settings extends Required<Omit<SagaBarrierOptions, 'schema'>> {
  readonly schema: string | undefined;
}

const DAY = 86_400_000;
const OPTIONS = namesOf<SagaBarrierOptions>({
  ...{ transactions: true, keepMs: true, migrate: true, schema: true, barrier: true, codec: true },
});
/** As those of a journal: such a name needs no escaping inside quotes. */
const SCHEMA = /^(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,39}$/;

function choiceProblem(option: string, value: unknown, choices: readonly [string, string]) {
  if (choices.includes(value as string)) return undefined;
  return `${option} must be '${choices[0]}' or '${choices[1]}' (got ${shown(value)})`;
}

function schemaProblem(schema: unknown): string | undefined {
  if (schema === undefined || (typeof schema === 'string' && SCHEMA.test(schema))) return undefined;
  return `schema must be 1 to 40 of a-z, 0-9 and _, not begin with a digit or pg_, and not be information_schema (got ${shown(schema)})`;
}

/** @throws SagaOptionsError with everything that is wrong. */
export function checkedOptions(options: SagaBarrierOptions): Settings {
  const what = 'What SagaBarrier is given';
  if (!isGroup(options)) throw new SagaOptionsError(String(groupProblem(what, options)));
  const {
    transactions,
    keepMs = 30 * DAY,
    migrate = 'auto',
    schema,
    barrier = 'required',
    codec = jsonCodec,
  } = options;
  const rule = 'what fromPg() and its like of ./transactions make, with run and use';
  refuseProblems([
    ...unknownProblems('SagaBarrier', options, OPTIONS),
    methodsProblem('transactions', transactions, ['run', 'use'], rule),
    wholeProblem('keepMs', keepMs, 1_000, 3_650 * DAY),
    choiceProblem('migrate', migrate, ['auto', 'off']),
    schemaProblem(schema),
    choiceProblem('barrier', barrier, ['required', 'optional']),
    codecProblem(codec),
  ]);
  return { transactions, keepMs, migrate, schema, barrier, codec };
}

/** What {@link sagaBarrierSql} is given. */
export interface SagaBarrierSqlOptions {
  readonly dialect: BarrierDialect;
  /** Of Postgres. @default the first of the connection's search_path */
  readonly schema?: string;
}

/**
 * The SQL that makes the table, for your own migration tool. The role of the service needs SELECT, INSERT,
 * UPDATE and DELETE on it.
 *
 * @throws SagaOptionsError for options that cannot be meant.
 */
export function sagaBarrierSql(options: SagaBarrierSqlOptions): string {
  const problem = groupProblem('What sagaBarrierSql() is given', options);
  if (problem !== undefined) throw new SagaOptionsError(problem);
  const { dialect, schema } = options;
  refuseProblems([
    ...unknownProblems('sagaBarrierSql()', options, ['dialect', 'schema']),
    choiceProblem('dialect', dialect, ['postgres', 'sqlite']),
    schemaProblem(schema),
  ]);
  const { create } = barrierSql(dialect, schema, 0);
  return `${['BEGIN', ...create, 'COMMIT'].join(';\n')};\n`;
}
