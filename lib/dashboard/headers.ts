import type { Outgoing } from './http.js';

const POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:"],
  ...["connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

/** Set last, so that they count whatever the application sets for itself. */
export const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export function secure(out: Outgoing): Outgoing {
  for (const [name, value] of Object.entries(HEADERS)) out.header(name, value);
  return out;
}
