const LAST = 0x10_ff_ff;
const SURROGATES = [0xd7_ff, 0xe0_00] as const;

/**
 * The first text that comes after all that begin with the prefix, where texts compare by their code points;
 * `undefined` where nothing does.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (point) => point.codePointAt(0) ?? 0);
  while (points.at(-1) === LAST) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  const next = last === SURROGATES[0] ? SURROGATES[1] : last + 1;
  return String.fromCodePoint(...points, next);
}
