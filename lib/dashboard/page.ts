import { css, js } from './assets.generated.js';
import type { Incoming } from './http.js';

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');

/**
 * Where the assets are, seen from the page: below its last segment. So nobody has to say which prefix,
 * version or proxy the address has in front of that.
 */
export function folderOf({ originalUrl, url }: Incoming): string {
  const path = (originalUrl ?? url).split(/[?#]/, 1)[0] ?? '';
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last === '' ? '.' : `./${last}`;
}

export function pageOf(request: Incoming, title: string): string {
  const folder = escaped(folderOf(request));
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${escaped(title)}</title>
    <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Crect width='24' height='24' rx='6' fill='%234f46e5'/%3E%3Cpath d='M7 8h7a3.5 3.5 0 0 1 0 7H8m2.5-2.5L8 15l2.5 2.5' fill='none' stroke='white' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E">
    <link rel="stylesheet" href="${folder}/${css.name}">
    <script src="${folder}/${js.name}" defer></script>
  </head>
  <body>
    <div id="app"></div>
    <noscript>The saga dashboard needs JavaScript.</noscript>
  </body>
</html>
`;
}
