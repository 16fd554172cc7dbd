import { SagaOptionsError } from '../core/index.js';
import {
  groupProblem,
  isGroup,
  namesOf,
  refuseProblems,
  shown,
  unknownProblems,
  wholeProblem,
} from '../core/definition/index.js';
import type { SagaDashboardAsyncOptions, SagaDashboardOptions } from './options.js';

const PLACE = { path: true, guards: true, imports: true } as const;
const OPTIONS = namesOf<SagaDashboardOptions>({
  ...PLACE,
  ...{ actor: true, can: true, scope: true, payloads: true, redact: true, readOnly: true },
  ...{ environment: true, title: true, links: true, pollMs: true },
});
const ASYNC = namesOf<SagaDashboardAsyncOptions>({ ...PLACE, inject: true, useFactory: true });

type Given = Readonly<Record<string, unknown>>;

function must(is: boolean, option: string, what: string, value: unknown): string | undefined {
  return is || value === undefined ? undefined : `${option} must be ${what} (got ${shown(value)})`;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

function placeProblems({ path, guards, imports }: Given): readonly (string | undefined)[] {
  const areGuards = Array.isArray(guards) && guards.every((one) => typeof one === 'function');
  return [
    must(typeof path === 'string', 'path', 'a text', path),
    must(guards === 'global' || areGuards, 'guards', "a list of classes, or 'global'", guards),
    must(Array.isArray(imports), 'imports', 'a list of modules', imports),
  ];
}

function settingProblems(given: Given): readonly (string | undefined)[] {
  const { payloads, redact, readOnly, environment, title, links, pollMs } = given;
  const areNames = Array.isArray(redact) && redact.every(isText);
  const { label, color } = isGroup(environment) ? environment : { label: '' };
  return [
    ...(['actor', 'can', 'scope'] as const).map((name) =>
      must(typeof given[name] === 'function', name, 'a function', given[name]),
    ),
    must(
      ['off', 'redacted', 'full'].includes(payloads as string),
      'payloads',
      "'off', 'redacted' or 'full'",
      payloads,
    ),
    must(areNames, 'redact', 'a list of names or dotted paths', redact),
    must(typeof readOnly === 'boolean', 'readOnly', 'true or false', readOnly),
    must(isText(label), 'environment', 'an object with a label', environment),
    must(isText(color), 'environment.color', 'a colour of CSS', color),
    must(isText(title), 'title', 'a text', title),
    must(isGroup(links), 'links', 'an object', links),
    ...Object.entries(isGroup(links) ? links : {}).map(([name, link]) =>
      must(
        /^(https?:\/\/|\/)/.test(String(link)),
        `links.${name}`,
        'an http address or a path',
        link,
      ),
    ),
    pollMs === undefined ? undefined : wholeProblem('pollMs', pollMs, 100, 3_600_000),
  ];
}

/** What `forRoot()` is given, or a factory has made. @throws SagaOptionsError with all that is wrong */
export function checkDashboard(options: unknown, source: string): void {
  if (!isGroup(options)) return refuseProblems([groupProblem(source, options)]);
  const unknown = unknownProblems('SagaDashboardModule', options, OPTIONS);
  refuseProblems([...unknown, ...placeProblems(options), ...settingProblems(options)]);
}

/** @throws SagaOptionsError with all that is wrong */
export function checkDashboardAsync(options: unknown): void {
  const source = 'What forRootAsync() is given';
  if (!isGroup(options)) return refuseProblems([groupProblem(source, options)]);
  const { useFactory: make, inject } = options;
  refuseProblems([
    ...unknownProblems('forRootAsync()', options, ASYNC),
    ...placeProblems(options),
    typeof make === 'function'
      ? undefined
      : `forRootAsync() must be given { useFactory } (got ${shown(make)})`,
    must(Array.isArray(inject), 'inject', 'a list', inject),
  ]);
}

/** Whether anybody but this machine is let in. */
export function isGuarded(guards: SagaDashboardOptions['guards']): boolean {
  return guards === 'global' || (guards !== undefined && guards.length > 0);
}

/** @throws SagaOptionsError in production without a guard */
export function refuseOpen(guards: SagaDashboardOptions['guards'], path: string): void {
  if (isGuarded(guards) || process.env['NODE_ENV'] !== 'production') return;
  throw new SagaOptionsError(
    `The saga dashboard at '${path}' has no guard, and this is production: give ` +
      "SagaDashboardModule.forRoot({ guards: [YourGuard] }), or guards: 'global' where a guard of the " +
      'whole application protects it',
  );
}
