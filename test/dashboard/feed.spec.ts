import type { Server } from 'node:http';
import { Agency } from './app.js';

/** The words of the feed as they come, until there are so many. */
async function heard(
  agency: Agency,
  words: number,
  then: () => Promise<unknown> = async () => undefined,
) {
  const control = new AbortController();
  const { headers, body, status } = await agency.ask('/api/events', { signal: control.signal });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/event-stream');
  expect(headers.get('x-accel-buffering')).toBe('no');
  await then();
  const said: string[] = [];
  const decoder = new TextDecoder();
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    said.push(
      ...decoder
        .decode(part)
        .split('\n')
        .filter((line) => line.startsWith('event: ')),
    );
    if (said.length >= words) break;
  }
  control.abort();
  return said;
}

describe.each(['express', 'fastify'] as const)('the feed on %s', (platform) => {
  it('tells that something has changed', async () => {
    const agency = await Agency.open({ platform, dashboard: { guards: 'global', pollMs: 100 } });
    const said = await heard(agency, 4, async () => {
      await new Promise((resolve) => setTimeout(resolve, 250));
      await agency.book('a');
    });
    expect(said[0]).toMatch(/^event: (live|partial)$/);
    expect(said.slice(1, 4)).toEqual(Array(3).fill('event: changed'));
  });

  it('tells of what happened between the reading of a page and the first look for changes', async () => {
    const agency = await Agency.open({ platform, dashboard: { guards: 'global', pollMs: 300 } });
    // Once for what came before the stream, once for what came before the look.
    const said = await heard(agency, 3, () => agency.book('a'));
    expect(said).toEqual(['event: live', 'event: changed', 'event: changed']);
  });

  it('goes on where it was cut off: with the last id nothing is told twice', async () => {
    const agency = await Agency.open({ platform, dashboard: { guards: 'global', pollMs: 100 } });
    // One that stays keeps the feed at work.
    const reader = (await agency.ask('/api/events')).body!.getReader();
    let text = '';
    while (!/^id: /m.test(text)) text += new TextDecoder().decode((await reader.read()).value);
    const id = /^id: (.*)$/m.exec(text)?.[1] ?? '';
    const said = async (since: string) => {
      const init = { headers: { 'last-event-id': since }, signal: AbortSignal.timeout(300) };
      const { body } = await agency.ask('/api/events', init);
      let heard = '';
      await (async () => {
        for await (const part of body as unknown as AsyncIterable<Uint8Array>)
          heard += new TextDecoder().decode(part);
      })().catch(() => undefined);
      return heard;
    };
    expect(await said(id)).toMatch(/^event: live\ndata: \{\}\s*$/);
    expect(await said('another')).toContain('changed');
    // A client that was cut off has connected again, asks nothing, and would hold the server for seconds.
    (agency.app.getHttpServer() as Server).closeAllConnections();
  });

  it('lets the application close beside those who have turned away and keep their connection', async () => {
    const agency = await Agency.open({ platform });
    const control = new AbortController();
    const { body } = await agency.ask('/api/events', { signal: control.signal });
    await body!.getReader().read();
    control.abort();
    const before = Date.now();
    await agency.app.close();
    expect(Date.now() - before).toBeLessThan(1_000);
  });

  it('lets the application close while it is open, and while browsers come again', async () => {
    const agency = await Agency.open({ platform });
    const one = await agency.ask('/api/events');
    const again = one.text().then(() => agency.ask('/api/events').then((next) => next.text()));
    const before = Date.now();
    await agency.app.close();
    expect(Date.now() - before).toBeLessThan(1_000);
    await again.catch(() => undefined);
  });
});
