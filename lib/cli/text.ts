import { CliError } from './exit.js';

/** What a terminal may take for a command, a line break, or another direction of writing. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Those of them that JSON leaves as they are. */
const UNSAFE_IN_JSON = /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What others have written, for a terminal: in one line, and nothing in it acts. */
export function plain(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** One line of JSON: the same value for whoever parses it. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE_IN_JSON, escaped);
}

export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 },
};
const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;

function msOf(text: string): number | undefined {
  const [, count, unit = ''] = DURATION.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? NaN);
}

/** `30s`, `5m`, `24h`, `7d`, in ms. @throws CliError */
export function durationOf(option: string, text: string): number {
  const ms = msOf(text);
  if (ms !== undefined) return ms;
  throw new CliError(`--${option} must be a time like 30s, 5m, 24h or 7d (got '${text}')`);
}

/** A time: so long ago, or as ISO 8601 has it. @throws CliError */
export function momentOf(option: string, text: string, now: number): Date {
  const ago = msOf(text);
  const time = new Date(ago === undefined ? text : now - ago);
  if (!Number.isNaN(time.getTime())) return time;
  const examples = "24h, 7d, 2026-11-27 or '2026-11-27T18:00:00Z'";
  throw new CliError(`--${option} must be a time like ${examples} (got '${text}')`);
}

/** To the second; in the time zone of this machine, or in UTC. */
export function shownTime(time: Date | number, isUtc: boolean): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '?';
  if (isUtc) return date.toISOString().replace('T', ' ').replace(/\..*/, 'Z');
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().replace('T', ' ').replace(/\..*/, '');
}

/** `12 ms`, `3.4 s`, `5 min`, `2 h`, `3 d`. */
export function shownDuration(ms: number): string {
  if (Number.isNaN(ms)) return '?';
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 2 * 86_400_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** `512 kB`, `7.2 MB`, `1.5 GB`. */
export function shownBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
