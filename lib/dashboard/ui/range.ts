export const RANGES = [
  ['1h', '1 h'],
  ['24h', '24 h'],
  ['7d', '7 d'],
] as const;

export const rangeOf = (params: URLSearchParams): string =>
  RANGES.find(([range]) => range === params.get('range'))?.[0] ?? '24h';

/** `last 24 h`. */
export const spanOf = (range: string): string => RANGES.find(([one]) => one === range)?.[1] ?? '';
