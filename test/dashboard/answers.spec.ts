import { gunzipSync } from 'node:zlib';
import { map } from 'rxjs';
import { Agency, SignedInGuard } from './app.js';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

describe.each([
  ['express', false],
  ['express', true],
  ['fastify', false],
  ['fastify', true],
] as const)('what it answers on %s, behind a prefix and versions: %s', (platform, isDeep) => {
  it('has headers of its own, whatever helmet says', async () => {
    const agency = await Agency.open({ platform, isDeep, helmet: true });
    for (const path of [
      '',
      '/api/meta',
      '/api/sagas',
      '/api/saga?name=A&id=b',
      '/api/sagas?limit=x',
      '/api/events',
    ]) {
      const { headers, body } = await agency.ask(path);
      await body?.cancel();
      expect(headers.get('content-security-policy')).toBe(POLICY);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toMatch(/^no-store\b/);
    }
  });

  it('finds its assets from the page, however that was reached', async () => {
    const agency = await Agency.open({ platform, isDeep });
    const slashes = platform === 'express' ? ['', '/'] : [''];
    for (const slash of slashes) {
      const page = await agency.ask(slash);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const assets = [...(await page.text()).matchAll(/"([^"]*app-[0-9a-f]+\.(js|css))"/g)];
      expect(assets).toHaveLength(2);
      for (const [, path = '', kind = ''] of assets) {
        const answer = await fetch(new URL(path, agency.url + slash), {
          headers: { 'x-user': 'ann', 'accept-encoding': 'gzip' },
        });
        expect([path, answer.status]).toEqual([path, 200]);
        expect(answer.headers.get('content-type')).toContain(kind === 'js' ? 'javascript' : 'css');
        expect(answer.headers.get('cache-control')).toContain('immutable');
        expect(answer.headers.get('vary')).toMatch(/accept-encoding/i);
      }
    }
  });
});

it('is not changed by what the application does to answers of its own', async () => {
  const agency = await Agency.open({});
  agency.app.useGlobalInterceptors({
    intercept: (_: unknown, next: { handle(): any }) =>
      next.handle().pipe(map((data) => ({ data }))),
  } as never);
  expect(await agency.read('/api/meta')).toMatchObject({ title: 'Sagas' });
});

it('answers a failure of its own with nothing that it says', async () => {
  const scope = () => {
    throw new Error('password=hunter2');
  };
  const agency = await Agency.open({ dashboard: { guards: [SignedInGuard], scope } });
  const answer = await agency.ask('/api/sagas');
  const text = await answer.text();
  expect(answer.status).toBe(500);
  expect(text).not.toContain('hunter2');
});

it('escapes what stands in the page', async () => {
  const title = `<script>alert(1)</script>"'`;
  const agency = await Agency.open({ dashboard: { guards: [SignedInGuard], title } });
  const page = await (await agency.ask()).text();
  expect(page).not.toContain('<script>alert');
  expect(page).toContain('&lt;script&gt;');
});

it('is small: at most 32 kB of script and 9 kB of style, compressed', async () => {
  const { css, js } = await import('../../lib/dashboard/assets.generated.js');
  const { gzipSync } = await import('node:zlib');
  const size = (text: string) => gzipSync(text, { level: 9 }).length;
  expect(size(js.text)).toBeLessThanOrEqual(32_768);
  expect(size(css.text)).toBeLessThanOrEqual(9_216);
});

it('sends its assets compressed to who takes that', async () => {
  const agency = await Agency.open({});
  const { js } = await import('../../lib/dashboard/assets.generated.js');
  const { get } = await import('node:http');
  const [encoding, body] = await new Promise<[unknown, Buffer]>((resolve) => {
    const headers = { 'accept-encoding': 'gzip, br', 'x-user': 'ann' };
    get(`${agency.url}/${js.name}`, { headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve([answer.headers['content-encoding'], Buffer.concat(parts)]));
    });
  });
  expect(encoding).toBe('gzip');
  expect(gunzipSync(body).toString()).toBe(js.text);
});

it('has no inline script, no inline style and no HTML made of texts', async () => {
  const agency = await Agency.open({});
  const page = await (await agency.ask()).text();
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=/);
  const { js } = await import('../../lib/dashboard/assets.generated.js');
  expect(js.text).not.toMatch(/\beval\(|new Function\(/);
});
