import { request as ask, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { bundle, startProgram } from '../journals/sqlite/child-program.js';
import { postgresStore } from '../journals/postgres-store.js';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { begun, saga, type Running } from './terminal.js';

const postgres = postgresStore(['fsync=off']);
const STORES: readonly [store: string, address: () => string][] = [
  ['SQLite', () => `sqlite:${join(tempFolder(), 'sagas.db')}`],
  ['Postgres', () => `${postgres.server.url}?schema=${postgres.schema()}`],
];

afterAll(removeTempFolders);

type Headers = Readonly<Record<string, string>>;

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Over a socket: `fetch` says itself which host it asks. */
async function http(url: string, headers: Headers = {}, body?: string): Promise<Answer> {
  const request = ask(url, { headers, method: body === undefined ? 'GET' : 'POST' });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const { statusCode: status = 0, headers: answered } = response;
  return { status, headers: answered, body: await text(response) };
}

/** Of a page of the dashboard, in a browser. */
const WRITE = { 'content-type': 'application/json', 'x-saga-dashboard': '1' };

/** A browser that has opened the address which was told. */
class Browser {
  private constructor(
    readonly origin: string,
    readonly cookie: string,
    private readonly stop: AbortController,
    private readonly running: Running,
  ) {}

  static async open(journal: string, ...words: string[]): Promise<Browser> {
    const stop = new AbortController();
    const setting = { env: { SAGA_JOURNAL: journal, SAGA_ACTOR: 'ann' }, signal: stop.signal };
    const running = begun(['dashboard', ...words], setting);
    const url = await running.first;
    const entered = await http(url);
    expect([entered.status, entered.headers.location]).toEqual([303, '/']);
    const [cookie = ''] = entered.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^saga-dashboard-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/);
    return new Browser(new URL(url).origin, cookie.split(';')[0] ?? '', stop, running);
  }

  get(path: string, headers: Headers = {}): Promise<Answer> {
    return http(this.origin + path, { cookie: this.cookie, ...headers });
  }

  async read(path: string): Promise<any> {
    const { status, body } = await this.get(path);
    expect([path, status]).toEqual([path, 200]);
    return JSON.parse(body);
  }

  act(body: object, headers: Headers = {}): Promise<Answer> {
    return this.post('act', body, headers);
  }

  post(what: 'act' | 'bulk', body: object, headers: Headers = {}): Promise<Answer> {
    const all = { cookie: this.cookie, ...WRITE, ...headers };
    return http(`${this.origin}/api/${what}`, all, JSON.stringify(body));
  }

  close() {
    this.stop.abort();
    return this.running.ended;
  }
}

describe.each(STORES)('a dashboard of what an application has left, on %s', (_store, address) => {
  let journal: string;
  let browser: Browser;
  const RETRY = { act: 'retry-undos', name: 'Order', id: 'stuck-1', reason: 'it is open again' };

  beforeAll(async () => {
    journal = address();
    const program = bundle('../../cli/shop-program.ts', tempFolder());
    const shop = startProgram(program, [journal, tempFolder()]);
    await shop.said('ready');
    shop.process.kill('SIGKILL');
    await shop.gone;
    browser = await Browser.open(journal);
  });
  afterAll(() => browser.close());

  it('shows its sagas, their plans and its processes', async () => {
    const { sagas } = await browser.read('/api/sagas');
    expect(sagas).toHaveLength(7);
    expect(sagas[0]).toMatchObject({ name: 'Order', id: 'slow-1', status: 'running' });
    const { saga: stuck } = await browser.read('/api/saga?name=Order&id=stuck-1');
    expect(stuck).toMatchObject({ status: 'parked', planKnown: true });
    expect(stuck.offers[0]).toEqual({ act: 'retry-undos', fits: true });
    expect((await browser.read('/api/sagas?tag=tenant=hooli&tag=no=thing')).sagas).toEqual([]);
    expect((await browser.read('/api/overview')).counted).toMatchObject({ parked: 4, running: 1 });
    expect((await browser.read('/api/plans')).plan.steps).toHaveLength(3);
    expect((await browser.read('/api/instances')).instances[0]).toMatchObject({ here: false });
    expect((await browser.get('/api/saga?name=Order&id=nobody')).status).toBe(404);
    expect((await browser.get('/api/saga?name=Nothing&id=nobody')).status).toBe(404);
  });

  it('masks payloads, and says in whose name one acts, and where', async () => {
    const payload = await browser.get('/api/payload?name=Order&id=stuck-1');
    expect(payload.body).toContain('declined');
    expect(payload.body).not.toContain('4111 1111');
    const meta = await browser.read('/api/meta');
    expect(meta).toMatchObject({ actor: 'ann', payloads: 'redacted', can: { forget: true } });
    expect(meta.environment.label).toMatch(/^(sqlite|postgres) /);
  });

  it('leaves what is asked for to a process that knows the saga', async () => {
    const { status, body } = await browser.act(RETRY);
    const { request } = JSON.parse(body);
    expect([status, request]).toEqual([200, expect.any(String)]);
    const { lines } = await saga(['requests', request, '--json', '--journal', journal]);
    expect(lines).toMatchObject([{ act: 'retry-compensation', by: 'ann', origin: 'dashboard' }]);
    const { requests } = await browser.read('/api/saga?name=Order&id=stuck-1');
    expect(requests).toMatchObject([{ request, by: 'ann', reason: RETRY.reason }]);
  });

  it('acts on all sagas of a filter', async () => {
    const filter = { status: 'parked', reason: 'compensation-failed' };
    const asked = { act: 'retry-undos', filter };
    const dry = JSON.parse((await browser.post('bulk', { ...asked, dryRun: true })).body);
    // The third one has a request already.
    expect(dry).toMatchObject({ found: 3, takes: 2 });
    const sure = { ...asked, confirm: 2, reason: 'it is open again' };
    expect(JSON.parse((await browser.post('bulk', sure)).body)).toMatchObject({ requests: 2 });
    const { lines } = await saga(['requests', '--open', '--json', '--journal', journal]);
    expect(lines.filter(({ by }) => by === 'ann').length).toBeGreaterThanOrEqual(3);
  });

  it('shows the sagas of one application alone, and acts nowhere where it is told to', async () => {
    const other = await Browser.open(journal, '--application', 'other', '--read-only');
    expect((await other.read('/api/sagas')).sagas).toMatchObject([{ id: 'fine-1' }]);
    expect((await other.read('/api/meta')).readOnly).toBe('This dashboard is read-only');
    const { status } = await other.act({
      ...RETRY,
      act: 'forget',
      id: 'fine-1',
      confirm: 'fine-1',
    });
    expect(status).toBe(403);
    const { lines } = await saga([
      'requests',
      '--json',
      '--journal',
      journal,
      '--application',
      'other',
    ]);
    expect(lines).toEqual([]);
    const { exit, err } = await other.close();
    expect([exit, err]).toEqual([0, expect.stringContaining('alone, looks; Ctrl-C ends it.')]);
  });

  it('ends by Ctrl-C, also while a browser listens', async () => {
    const listening = await Browser.open(journal, '--by', 'eve');
    const feed = ask(`${listening.origin}/api/events`, { headers: { cookie: listening.cookie } });
    feed.end();
    const [response] = (await once(feed, 'response')) as [IncomingMessage];
    const [chunk] = (await once(response, 'data')) as [Buffer];
    expect(chunk.toString()).toContain('event: live');
    response.on('error', () => undefined);
    const { exit, out, err } = await listening.close();
    expect([exit, out]).toEqual([
      0,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=\S+\n$/),
    ]);
    expect(err).toContain('acts as eve');
    await expect(http(listening.origin)).rejects.toThrow('ECONNREFUSED');
  });
});

describe('who is let in', () => {
  let browser: Browser;
  let journal: string;

  beforeAll(async () => {
    journal = join(tempFolder(), 'sagas.db');
    await saga(['migrate', '--journal', journal]);
    browser = await Browser.open(journal);
  });
  afterAll(() => browser.close());

  const ROUTES = ['meta', 'overview', 'sagas', 'saga', 'payload', 'parked', 'plans', 'instances'];
  const APIS = [...ROUTES, 'badge', 'audit', 'events'].map((name) => `/api/${name}`);

  it('is whoever has the address, and nobody without: page, assets, every read, the feed, acts', async () => {
    const page = await browser.get('/');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const assets = [...page.body.matchAll(/(?:src|href)="\.(\/app-[^"]+)"/g)].map(
      ([, path]) => path as string,
    );
    expect(assets).toHaveLength(2);
    for (const path of assets) expect((await browser.get(path)).status).toBe(200);
    const wrong = browser.cookie.replace(/=.*/, '=0123456789abcdef0123456789abcdef');
    for (const path of ['/', ...assets, ...APIS, '/?token=wrong', '/?token='])
      for (const cookie of ['', wrong, browser.cookie.slice(0, -1)]) {
        const { status, headers } = await http(browser.origin + path, { cookie });
        expect([path, status, headers['set-cookie']]).toEqual([path, 403, undefined]);
      }
    expect((await browser.act({}, { cookie: wrong })).status).toBe(403);
    expect((await browser.get('/nothing')).status).toBe(404);
    expect((await browser.get('/api/act')).status).toBe(404);
  });

  it('is nobody whom a proxy hands on, or a name of elsewhere', async () => {
    const foreign: Headers[] = [
      ...[{ host: 'shop.example' }, { host: '127.0.0.1.evil.example' }],
      ...[{ 'x-forwarded-for': '10.0.0.7' }, { forwarded: 'for=10.0.0.7' }, { via: '1.1 proxy' }],
    ];
    for (const headers of foreign)
      expect([headers, (await browser.get('/api/meta', headers)).status]).toEqual([headers, 403]);
    expect((await browser.get('/api/meta', { host: 'localhost' })).status).toBe(200);
  });

  it('takes a write from a page of its own alone, and no body that is long or no JSON', async () => {
    const refused: readonly [Headers, number][] = [
      [{ 'content-type': 'text/plain' }, 403],
      [{ 'x-saga-dashboard': '' }, 403],
      [{ 'sec-fetch-site': 'cross-site' }, 403],
      [{ 'sec-fetch-site': 'same-origin' }, 400],
    ];
    for (const [headers, status] of refused)
      expect([headers, (await browser.act({}, headers)).status]).toEqual([headers, status]);
    const headers = { cookie: browser.cookie, ...WRITE };
    expect((await http(`${browser.origin}/api/act`, headers, '{')).status).toBe(400);
    const long = JSON.stringify({ reason: 'x'.repeat(1_048_576) });
    expect((await http(`${browser.origin}/api/act`, headers, long)).status).toBe(413);
  });

  it('says which port cannot be had, and tells its address as JSON', async () => {
    const { port } = new URL(browser.origin);
    const taken = await saga(['dashboard', '--journal', journal, '--port', port]);
    expect([taken.exit, taken.err]).toEqual([1, expect.stringMatching(/^saga: Port \d+ cannot/)]);
    for (const wrong of ['65536', '-1', 'http'])
      expect((await saga(['dashboard', '--journal', journal, `--port=${wrong}`])).exit).toBe(2);
    expect((await saga(['dashboard', '--journal', `${journal}.gone`])).exit).toBe(3);
    const signal = AbortSignal.abort();
    const { lines } = await saga(['dashboard', '--journal', journal, '--json'], { signal });
    expect(lines).toEqual([{ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/) }]);
  });
});
