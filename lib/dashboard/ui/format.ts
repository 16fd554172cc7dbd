/** What people read: times, durations, words for codes. */

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** 143 ms, 2.07 s, 5 min 32 s, 11 h 15 min. */
export function duration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1_000) return `${whole} ms`;
  if (whole < 60_000) return `${(whole / 1_000).toFixed(whole < 10_000 ? 2 : 1)} s`;
  if (whole < 3_600_000)
    return `${Math.floor(whole / 60_000)} min ${Math.floor((whole % 60_000) / 1_000)} s`;
  if (whole < 86_400_000)
    return `${Math.floor(whole / 3_600_000)} h ${Math.floor((whole % 3_600_000) / 60_000)} min`;
  return `${Math.floor(whole / 86_400_000)} d ${Math.floor((whole % 86_400_000) / 3_600_000)} h`;
}

export function ago(at: number, now: number): string {
  const ms = now - at;
  if (ms < 5_000) return 'just now';
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s ago`;
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? ['min', 60_000];
  return `${Math.floor(ms / size)} ${unit} ago`;
}

const clock = new Intl.DateTimeFormat(undefined, {
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
});
const short = new Intl.DateTimeFormat(undefined, {
  ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export const clockTime = (at: number): string => clock.format(at);
export const shortTime = (at: number): string => short.format(at);
export const dayOf = (at: number): string => day.format(at);
export const fullTime = (at: number): string => full.format(at);

const numbers = new Intl.NumberFormat('en-US');
export const count = (value: number): string => numbers.format(value);

/** `1 saga`, `3 sagas`. */
export function many(value: number, one: string): string {
  return `${count(value)} ${one}${value === 1 ? '' : 's'}`;
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** `A`, `A and B`, `A, B and C`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
