import { validateHeaderName, validateHeaderValue } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { groupProblem, isGroup, shown } from '../../core/engine/index.js';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  const kind = isIP(host);
  if (kind === 0) return host.toLowerCase() === 'localhost';
  return LOOPBACK.check(host, kind === 6 ? 'ipv6' : 'ipv4');
}

/** Never with its value: that may be a secret. */
export function urlProblem(option: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const url =
    typeof value === 'string' && !/\s/.test(value) && URL.canParse(value)
      ? new URL(value)
      : undefined;
  const secrets = url === undefined ? '' : url.username + url.password + url.search + url.hash;
  if (url !== undefined && /^https?:$/.test(url.protocol) && secrets === '') return undefined;
  return (
    `${option} must be an http(s) URL without credentials, query or fragment; ` +
    'a token belongs into headers'
  );
}

export function keyProblems(keys: unknown): readonly (string | undefined)[] {
  if (keys === undefined) return [];
  if (!Array.isArray(keys)) return [`identityKeys must be a list (got ${shown(typeof keys)})`];
  return keys.map((key: unknown, at) =>
    typeof key === 'string' && key.startsWith('publickeyv1_')
      ? undefined
      : `identityKeys must be public keys of the server, which begin with 'publickeyv1_' (number ${at + 1} is none)`,
  );
}

/** Headers that frame the body of a request, which may not be given. */
const FRAMING: ReadonlySet<string> = new Set(['connection', 'content-length', 'transfer-encoding']);

function headerProblem(name: string, value: unknown): string | undefined {
  try {
    validateHeaderName(name);
    if (FRAMING.has(name.toLowerCase())) return `header ${shown(name)} is not yours to give`;
    if (typeof value !== 'string') return `header ${shown(name)} must be a string`;
    validateHeaderValue(name, value);
    return undefined;
  } catch {
    // Never with its value: it is a token, most likely.
    return `header ${shown(name)} has a name or a value that HTTP cannot send`;
  }
}

export function headersProblems(headers: unknown): readonly (string | undefined)[] {
  if (headers === undefined) return [];
  if (!isGroup(headers)) return [groupProblem('headers', headers)];
  return Object.entries(headers).map(([name, value]) => headerProblem(name, value));
}

export function hostProblem(host: unknown): string | undefined {
  if (typeof host === 'string' && /^\S+$/.test(host)) return undefined;
  return `service.host must be the address to listen on, '127.0.0.1' or '0.0.0.0' (got ${shown(host)})`;
}

/** Whoever reaches a port that asks for no signature could run the steps. */
export function exposureProblem(host: string, keys: unknown): string | undefined {
  const isSigned = Array.isArray(keys) && keys.length > 0;
  if (isSigned || hostProblem(host) !== undefined || isLoopback(host)) return undefined;
  return (
    `service.host ${shown(host)} lets others than this machine reach the port, and so run your ` +
    'steps: give the identityKeys of your Restate server, or listen on 127.0.0.1'
  );
}
