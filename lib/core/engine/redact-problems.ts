import { isGroup, namesOf, shown, unknownProblems } from '../definition/index.js';
import type { RedactOption } from '../ports/index.js';

const NAMED = namesOf<Extract<RedactOption, { readonly paths: unknown }>>({
  ...{ paths: true, censor: true },
});

function pathsProblems(option: string, paths: unknown): readonly string[] {
  if (!Array.isArray(paths)) return [`${option} must be a list of names (got ${shown(paths)})`];
  return paths.flatMap((path: unknown, at) =>
    typeof path === 'string' && path.split('.').every((name) => name.trim() !== '')
      ? []
      : `${option}[${at}] must be a name or a dotted path (got ${shown(path)})`,
  );
}

export function redactProblems(redact: unknown): readonly (string | undefined)[] {
  if (redact === undefined || typeof redact === 'function') return [];
  if (Array.isArray(redact)) return pathsProblems('redact', redact);
  if (!isGroup(redact)) {
    const kinds = 'a list of names, { paths, censor } or a function of a text';
    return [`redact must be ${kinds} (got ${shown(redact)})`];
  }
  const { paths, censor } = redact;
  return [
    ...unknownProblems('redact', redact, NAMED),
    ...pathsProblems('redact.paths', paths),
    censor === undefined || typeof censor === 'string'
      ? undefined
      : `redact.censor must be a string (got ${shown(censor)})`,
  ];
}
