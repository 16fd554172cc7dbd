import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  SagaOrchestratorBuilder,
  silentLogger,
  type SagaEngine,
} from 'nestjs-saga-orchestrator/core';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { rejectionOf } from '../../support/shop.js';
import { freePort } from '../ports.js';
import { RestateServer } from '../restate-server.js';
import { callsOf, hasFired, LABELS, PLACES, setTrap, standing, sweepSaga } from './participants.js';
import { ServiceProcess } from './service-process.js';

const root = mkdtempSync(join(tmpdir(), 'saga-sweep-'));
const plan = sweepSaga(root);
let server: RestateServer;
let service: ServiceProcess;
let client: SagaEngine;

beforeAll(async () => {
  server = await RestateServer.start();
  const { ingressUrl, adminUrl } = server;
  service = await ServiceProcess.start({ ingressUrl, adminUrl, port: await freePort(), root });
  client = restateEngine({ ingressUrl, adminUrl, service: false }).create({ logger: silentLogger });
  client.register(plan);
});

afterAll(async () => {
  await client.close();
  await service.stop();
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

async function start(id: string, refuse: boolean, workMs = 0) {
  return client.start(plan, { refuse, workMs }, { id });
}

async function expectEnd(id: string, refuse: boolean, result: Promise<unknown>): Promise<void> {
  const status = refuse ? 'compensated' : 'completed';
  if (refuse) expect(await rejectionOf(result)).toMatchObject({ status, notCompensated: [] });
  else await result;
  expect(standing(root, id)).toEqual(refuse ? [] : LABELS);
  expect(await client.get({ name: plan.name, id })).toMatchObject({ status });
}

async function called(id: string, what: string): Promise<void> {
  const until = Date.now() + 30_000;
  while (!callsOf(root, id).includes(what)) {
    if (Date.now() > until) throw new Error(`${what} was not called`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('kill -9 of the service', () => {
  it.each(PLACES)('%s: the saga ends as if nothing had happened', async (place) => {
    const id = place.replaceAll(' ', '-');
    const refuse = place.includes('undo');
    const deaths = service.deaths;
    setTrap(root, id, place);
    const handle = await start(id, refuse);
    await expectEnd(id, refuse, handle.result());
    expect(hasFired(root, id, place)).toBe(true);
    expect(service.deaths).toBe(deaths + 1);
    // What was in flight is asked for again, once; all else once.
    const [, direction = '', label = ''] = place.split(' ');
    const again = `${direction} ${label}`;
    const planned = refuse
      ? [...LABELS.map((l) => `do ${l}`), ...LABELS.toReversed().map((l) => `undo ${l}`)]
      : LABELS.map((l) => `do ${l}`);
    const expected = planned.flatMap((call) => (call === again ? [call, call] : [call]));
    expect(callsOf(root, id)).toEqual(expected);
  });
});

describe('kill -9 of the server', () => {
  it.each(['do Reserve', 'undo Reserve'])('during %s: the caller gets his answer', async (call) => {
    const id = `server-${call.replace(' ', '-')}`;
    const refuse = call.startsWith('undo');
    const handle = await start(id, refuse, 300);
    const result = handle.result();
    result.catch(() => undefined);
    await called(id, call);
    await server.kill();
    await server.start();
    await expectEnd(id, refuse, result);
  });

  it('while a chain is run: its caller gets the end, and it runs once', async () => {
    const id = 'server-chain';
    const context = { refuse: false, workMs: 300 };
    const options = { id, definition: plan, host: client };
    const chain = new SagaOrchestratorBuilder(plan.name, context, silentLogger, options);
    const result = chain.runAsync();
    result.catch(() => undefined);
    await called(id, 'do Reserve');
    await server.kill();
    await server.start();
    await expectEnd(id, false, result);
    expect(callsOf(root, id).filter((call) => call === 'do Create')).toHaveLength(1);
  });

  it.each(['do Reserve', 'undo Reserve'])('and of the service during %s', async (call) => {
    const id = `both-${call.replace(' ', '-')}`;
    const refuse = call.startsWith('undo');
    const deaths = service.deaths;
    const handle = await start(id, refuse, 300);
    const result = handle.result();
    result.catch(() => undefined);
    await called(id, call);
    service.kill();
    await server.kill();
    await server.start();
    await expectEnd(id, refuse, result);
    expect(service.deaths).toBeGreaterThan(deaths);
  });
});
