const SPECIAL = /[\\^$.*+?()[\]{}|/-]/g;
/** Without quotes, as in a URL, a header or a connection string. */
const BARE = /(?:(?:bearer|basic|digest|token)\s+)?[^\s,;&"'`)}\]]*/iy;
const QUOTED = /\\*"(?:\\.|[^"\\])*(?:\\+"|"|$)|\\*'(?:\\.|[^'\\])*(?:\\+'|'|$)/y;
const ESCAPED = /\\+(["'])[^"'\\]*(?:\\+\1|$)?/y;

function endBy(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

/** Behind the bracket that closes the one at `from`; what was cut off has none. */
function endOfGroup(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if ('{['.includes(letter)) depth += 1;
    if ('}]'.includes(letter) && (depth -= 1) === 0) return at + 1;
  }
  return text.length;
}

function endOfValue(text: string, from: number): number {
  const first = text.charAt(from);
  if (first === '{' || first === '[') return endOfGroup(text, from);
  if (first === '"' || first === "'") return endBy(QUOTED, text, from);
  return endBy(first === '\\' ? ESCAPED : BARE, text, from);
}

/** Replaces what stands behind one of the names in a text: `token=x`, `"token":"x"`, `Token: Bearer x`. */
export function maskedNames(names: readonly string[], censor: string): (text: string) => string {
  if (names.length === 0) return (text) => text;
  const any = names.map((name) => name.replace(SPECIAL, '\\$&')).join('|');
  const named = new RegExp(`(?<![\\w$-])(?:${any})(?![\\w$-])\\\\*["']?\\s*(?:=>|[:=])\\s*`, 'gi');
  return (text) => {
    let masked = '';
    let at = 0;
    for (const { 0: found, index } of text.matchAll(named)) {
      const from = index + found.length;
      // Inside a value that is masked already, or what was masked before.
      if (index < at || text.startsWith(censor, from)) continue;
      const end = endOfValue(text, from);
      if (end === from) continue;
      masked += text.slice(at, from) + censor;
      at = end;
    }
    return masked + text.slice(at);
  };
}
