import type { DiscoveryService } from '@nestjs/core';
import { SagaOptionsError, silentLogger, type SagaEngineProvider } from '../core/index.js';
import {
  groupProblem,
  isGroup,
  methodsProblem,
  namesOf,
  refuseProblems,
  shown,
  unknownProblems,
  wholeProblem,
} from '../core/definition/index.js';
import { settingsProblems } from '../core/engine/index.js';
import { engineProblems } from '../engines/in-process/index.js';
import { memoryJournal } from '../journals/memory/index.js';
import { isToken } from './runtime/index.js';
import type { SagaModuleAsyncOptions, SagaModuleOptions } from './saga-module-options.js';
import { SAGA_OPTIONS } from './tokens.js';

const OF_A_JOURNAL = ['journal', 'leaseMs', 'worker', 'deleteAfter', 'transactions'] as const;

const OPTIONS = namesOf<SagaModuleOptions>({
  ...{ journal: true, engine: true, logger: true, codec: true, limits: true, unknownWhen: true },
  ...{ drainMs: true, leaseMs: true, worker: true, deleteAfter: true, application: true },
  ...{ observers: true, interceptors: true, startHeaders: true, redact: true, transactions: true },
  ...{ httpStatus: true, telemetry: true, barrier: true },
});
/** A provider's token may stand in their place. */
const BY_TOKEN: readonly string[] = ['transactions', 'barrier'];
const ASYNC_OPTIONS = namesOf<SagaModuleAsyncOptions>({
  ...{ imports: true, inject: true, useFactory: true, useClass: true, useExisting: true },
});

/** What is wrong with the statuses that codes have. */
function statusProblems(httpStatus: unknown): readonly (string | undefined)[] {
  if (httpStatus === undefined) return [];
  if (!isGroup(httpStatus)) return [groupProblem('httpStatus', httpStatus)];
  return Object.entries(httpStatus).map(([code, status]) =>
    wholeProblem(`httpStatus.${code}`, status, 400, 599),
  );
}

/** What is wrong with those options that no engine knows. */
function moduleProblems(httpStatus: unknown, telemetry: unknown): readonly (string | undefined)[] {
  const what = 'telemetry, such as sagaTelemetry() of nestjs-saga-orchestrator/otel,';
  return [
    ...statusProblems(httpStatus),
    telemetry === undefined ? undefined : groupProblem(what, telemetry),
  ];
}

/** What is wrong with the values; a logger that is still to be injected is checked later. */
function valueProblems(options: SagaModuleOptions): readonly (string | undefined)[] {
  const { engine, httpStatus, telemetry, ...others } = options;
  const { logger = silentLogger, journal = memoryJournal(), ...settings } = others;
  const own = Object.entries(settings).filter(
    // What a token names is looked at once it is there.
    ([name, value]) => OPTIONS.includes(name) && !(BY_TOKEN.includes(name) && isToken(value)),
  );
  const given = { ...Object.fromEntries(own), logger };
  return [
    ...moduleProblems(httpStatus, telemetry),
    ...(engine === undefined
      ? engineProblems({ ...given, journal })
      : [engineProblem(options), ...settingsProblems(given)]),
  ];
}

/**
 * What `forRoot()` was given, or a factory has made. Values are checked when the application starts;
 * where something else is wrong, they are reported together with it.
 *
 * @throws SagaOptionsError when it is no object, or has an unknown option.
 */
export function checkedOptions(options: unknown, source: string): SagaModuleOptions {
  refuseProblems([isGroup(options) ? undefined : `${groupProblem(source, options)}`]);
  const given = options as SagaModuleOptions;
  const unknown = unknownProblems('SagaModule', given, OPTIONS);
  if (unknown.length > 0) refuseProblems([...unknown, ...valueProblems(given)]);
  return given;
}

/**
 * What no engine checks.
 * @throws SagaOptionsError with everything that is wrong, with the options of engines, too.
 */
export function checkOwn(options: SagaModuleOptions): void {
  const isWrong = moduleProblems(options.httpStatus, options.telemetry).some(
    (problem) => problem !== undefined,
  );
  if (isWrong) refuseProblems(valueProblems(options));
}

/** One of the three makes the options. */
function makerProblem(options: Readonly<Record<string, unknown>>): string | undefined {
  const makers = ['useFactory', 'useClass', 'useExisting'];
  const given = makers.filter((maker) => options[maker] !== undefined);
  const [maker = 'nothing'] = given;
  const made = options[maker];
  if (given.length !== 1) {
    const got = given.length === 0 ? 'none' : given.join(' and ');
    return `forRootAsync() must be given one of { ${makers.join(' }, { ')} } (got ${got})`;
  }
  if (typeof made === 'function') return undefined;
  if (maker === 'useExisting' && isToken(made)) return undefined;
  return `${maker} of forRootAsync() must be a ${maker === 'useFactory' ? 'function' : 'class'} (got ${shown(made)})`;
}

/** @throws SagaOptionsError with everything that is wrong. */
export function checkAsync(options: unknown): void {
  const problem = groupProblem('What forRootAsync() is given', options);
  if (!isGroup(options)) return refuseProblems([problem]);
  const { inject, imports, useFactory } = options;
  const list = (option: string, value: unknown): string | undefined =>
    value === undefined || Array.isArray(value)
      ? undefined
      : `${option} must be a list (got ${shown(value)})`;
  refuseProblems([
    ...unknownProblems('forRootAsync()', options, ASYNC_OPTIONS),
    makerProblem(options),
    list('inject', inject),
    inject !== undefined && useFactory === undefined
      ? 'inject of forRootAsync() is for useFactory: a class says in its constructor what it needs'
      : undefined,
    list('imports', imports),
  ]);
}

function withoutJournalProblem(options: SagaModuleOptions): string | undefined {
  const given = OF_A_JOURNAL.filter((option) => options[option] !== undefined);
  if (given.length === 0) return undefined;
  const engine = String(options.engine?.description);
  return `engine (${engine}) goes without ${given.join(', ')}: remove these options, or remove engine`;
}

function engineProblem(options: SagaModuleOptions): string | undefined {
  const { engine } = options;
  const problem = methodsProblem('engine', engine, ['create'], 'what restateEngine() makes');
  return problem ?? withoutJournalProblem(options);
}

/**
 * Checked for the whole application before anything is opened: of two modules, the order of imports
 * would decide which engine is injected where, and the journal of the other one would stay empty.
 *
 * @throws SagaOptionsError
 */
export function checkOnce(discovery: DiscoveryService): void {
  const { length } = discovery.getProviders().filter(({ token }) => token === SAGA_OPTIONS);
  if (length <= 1) return;
  throw new SagaOptionsError(
    `SagaModule is configured ${length === 2 ? 'twice' : `${length} times`}; call forRoot() once, in ` +
      'the root module, and import nothing elsewhere: it is global',
  );
}

/**
 * The in-process engine checks its options itself.
 * @throws SagaOptionsError with everything that is wrong
 */
export function checkedEngine(
  options: SagaModuleOptions,
  settings: Parameters<SagaEngineProvider['create']>[0],
): SagaEngineProvider {
  refuseProblems([engineProblem(options), ...settingsProblems(settings)]);
  return options.engine as SagaEngineProvider;
}
