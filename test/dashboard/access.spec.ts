import { Injectable, type CanActivate } from '@nestjs/common';
import { request as httpRequest } from 'node:http';
import { ROUTES } from '../../lib/dashboard/routes/index.js';
import { Agency, PLACES, SignedInGuard, type Setting } from './app.js';
const BORROWED: Readonly<Record<string, string>> = { 'x-user': 'ann@shop.example' };

/** With headers that `fetch` does not let anybody set. */
function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { headers }, (answer) => {
      answer.destroy();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject).end();
  });
}

@Injectable()
class NobodyGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

async function addresses(agency: Agency): Promise<string[]> {
  const open = await Agency.open({ dashboard: {} });
  const page = await (await fetch(open.url)).text();
  const assets = [...page.matchAll(/(?:src|href)="\.\/sagas(\/app-[^"]+)"/g)].map(
    ([, path]) => path,
  );
  expect(assets).toHaveLength(2);
  const reads = ROUTES.filter(({ method }) => method === 'get').map(({ path }) => `/${path}`);
  expect(reads).toContain('/api/events');
  return ['', ...assets, ...reads].map((path) => agency.url + path);
}

describe.each(PLACES)('who is let in, %j', (place) => {
  const open = (dashboard: Setting['dashboard']) =>
    Agency.open({ ...place, dashboard: dashboard ?? {} });

  it('guards the page, its assets, every read, the feed and the acts', async () => {
    const agency = await open({ guards: [NobodyGuard] });
    for (const url of await addresses(agency))
      expect([url, await statusOf(url)]).toEqual([url, 403]);
    expect((await agency.act({})).status).toBe(403);
    expect((await agency.bulk({})).status).toBe(403);
  });

  it('lets in whom the guard lets in', async () => {
    const agency = await open({ guards: [SignedInGuard] });
    expect(await statusOf(agency.url)).toBe(403);
    expect(await statusOf(agency.url, BORROWED)).toBe(200);
  });

  it.each([undefined, []])('without a guard (%j) serves this machine alone', async (guards) => {
    const agency = await open(guards === undefined ? {} : { guards });
    const { port } = new URL(agency.url);
    expect(await statusOf(agency.url)).toBe(200);
    for (const host of [`localhost:${port}`, `shop.localhost:${port}`, '[::1]', '127.0.0.1'])
      expect([host, await statusOf(agency.url, { host })]).toEqual([host, 200]);
    const foreign = [
      'shop.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.7',
    ];
    for (const host of foreign)
      expect([host, await statusOf(agency.url, { host })]).toEqual([host, 403]);
  });

  it.each([
    ['forwarded', 'for=10.0.0.7'],
    ['x-forwarded-for', '10.0.0.7'],
    ['x-forwarded-host', 'shop.example'],
    ['x-forwarded-proto', 'https'],
    ['x-real-ip', '10.0.0.7'],
    ['via', '1.1 proxy'],
  ])('without a guard refuses what a proxy hands on: %s', async (name, value) => {
    const agency = await open({});
    expect(await statusOf(agency.url, { [name]: value })).toBe(403);
    expect(await statusOf(`${agency.url}/api/meta`, { [name]: value })).toBe(403);
  });

  it('asks nothing of its own where a guard of the whole application protects it', async () => {
    const agency = await open({ guards: 'global' });
    expect(await statusOf(agency.url, { host: 'shop.example', via: '1.1 proxy' })).toBe(200);
  });
});

describe('in production', () => {
  const before = process.env['NODE_ENV'];
  beforeEach(() => (process.env['NODE_ENV'] = 'production'));
  afterEach(() => (process.env['NODE_ENV'] = before));

  it.each([{}, { guards: [] }])('does not start without a guard: %j', async (dashboard) => {
    const error = await Agency.open({ dashboard }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'SAGA_OPTIONS',
      message: expect.stringMatching(/'sagas' has no guard.*guards: \[YourGuard\].*'global'/),
    });
  });

  it.each([{ guards: [SignedInGuard] }, { guards: 'global' as const }])(
    'starts with one: %j',
    async (dashboard) => {
      expect((await (await Agency.open({ dashboard })).ask()).status).toBe(200);
    },
  );
});
