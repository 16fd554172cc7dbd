import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TerminalError } from '@restatedev/restate-sdk';
import { defineSaga, silentLogger } from 'nestjs-saga-orchestrator/core';
import type { PackedEntry } from 'nestjs-saga-orchestrator/engine';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { newRun, runParts } from '../../../lib/engines/restate/restate-run.js';
import { SagaExecution } from '../../../lib/engines/restate/saga-execution.js';
import { dueOf } from '../../support/turns.js';
import type { Batch } from '../../../lib/engines/restate/wire.js';
import { ManualClock } from '../../support/manual-clock.js';

const REF = { name: 'PlaceOrder', id: 'o-1' };
const plan = defineSaga('PlaceOrder', [{ label: 'Create', action: () => 1, compensate: () => 1 }]);
const entry = (seq: number, record: object): PackedEntry => [seq, 0, 1, JSON.stringify(record)];
const STARTED = entry(1, { type: 'started', label: 'Create', attempt: 1 });
/** A record type of a version to come, and an act of one. */
const NEWER = [
  entry(2, { type: 'waiting', label: 'Create' }),
  entry(3, { type: 'manual', act: 'skip', label: 'Create', by: 'me', reason: 'r' }),
];
const PARKED = entry(4, { type: 'parked', reason: 'in-doubt', label: 'Create' });

const start = { version: plan.version, fingerprint: plan.fingerprint, createdAt: 0 };
const INPUT = { ...start, input: '{}', key: 'k-1', tags: {}, deadline: null };
const bytes = (value: unknown): number[] => [...Buffer.from(JSON.stringify(value))];

/** A server that keeps the saga o-1, with what a later version has made of it. */
async function keeping(records: readonly PackedEntry[], status: string) {
  const asked: string[] = [];
  const rows = (query: string): object[] => {
    if (query.includes('value_utf8 AS listed')) return [{ ...invocation, listed }];
    if (query.includes('FROM state')) return [{ value_utf8: listed }];
    if (!query.includes('sys_journal')) return [invocation];
    const input = { Command: { Input: { payload: bytes(INPUT) } } };
    const Success = bytes({ by: 'later', records, signals: 0, next: { rest: true } });
    const turn = { Notification: { Completion: { Run: { result: { Success } } } } };
    const entries = query.includes('index = 0') ? [input] : [input, turn];
    return entries.map((entry, index) => ({
      ...{ id: 'inv_1', index, entry_json: JSON.stringify(entry) },
    }));
  };
  const listed = JSON.stringify({ status, key: 'k-1', tags: {} });
  const times = { created_at: new Date(0).toISOString(), modified_at: new Date(0).toISOString() };
  const target = { target_service_name: 'PlaceOrder', target_service_key: 'o-1' };
  const invocation = { id: 'inv_1', status: 'suspended', ...times, ...target };
  const server: Server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url}`);
      const isAttach = request.url?.endsWith('/attach') === true;
      if (isAttach && status === 'parked') return;
      if (request.url === '/query') return response.end(JSON.stringify({ rows: rows(text) }));
      return response.end(JSON.stringify(isAttach ? { records } : { status: 'Accepted' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = new ManualClock();
  const engine = restateEngine({ ingressUrl: url, adminUrl: url, service: false }).create({
    logger: silentLogger,
    environment: { clock, ids: () => 'o-1', random: () => 0 },
  });
  engine.register(plan);
  const close = async (): Promise<void> => {
    await clock.until(engine.close());
    server.closeAllConnections();
    server.close();
  };
  return { engine, clock, asked, close };
}

describe('what a later version has written of a saga on Restate (semantics 28b)', () => {
  it.each([
    ['has ended', 'completed'],
    ['was parked', 'parked'],
  ])('interrupts who waits for one that %s: its end is with newer processes', async (_, status) => {
    const records = [STARTED, ...NEWER, ...(status === 'parked' ? [PARKED] : [])];
    const { engine, clock, close } = await keeping(records, status);
    const handle = await engine.start(plan, {}, { id: 'o-1' });
    const ended = handle.result().catch((error: unknown) => error);
    await clock.advance(status === 'parked' ? 2_000 : 0);
    expect(await ended).toMatchObject({
      code: 'SAGA_INTERRUPTED',
      message: expect.stringContaining("a record of the type 'waiting'") as string,
      cause: { code: 'SAGA_NEWER' },
    });
    await close();
  });

  it('is left out of details and lists, which go on', async () => {
    const { engine, close } = await keeping([STARTED, ...NEWER], 'sleeping');
    const details = await engine.get(REF);
    expect(details).toMatchObject({ status: 'running', key: 'k-1' });
    expect(details?.timeline.map(({ type }) => type)).toEqual(['started']);
    expect(await engine.list({})).toMatchObject({ sagas: [{ id: 'o-1', status: 'sleeping' }] });
    await close();
  });

  it('is acted on by newer processes alone', async () => {
    const { engine, asked, close } = await keeping([STARTED, ...NEWER], 'running');
    const why = { by: 'me', reason: 'it hangs' };
    const refused = { code: 'SAGA_NEWER' };
    await expect(engine.cancel(REF, 'r')).rejects.toMatchObject(refused);
    await expect(engine.manual(REF, { act: 'terminate' }, why)).rejects.toMatchObject(refused);
    await expect(engine.resume(REF)).rejects.toMatchObject(refused);
    await expect(engine.forget(REF)).rejects.toMatchObject(refused);
    expect(new Set(asked)).toEqual(new Set(['POST /query']));
    await close();
  });

  it.each(NEWER.map((record) => [record]))('%j fails the execution, never the saga', (record) => {
    const runs = runParts({ logger: silentLogger });
    const saga = newRun(runs, plan, 'o-1', { input: '{}' });
    const turns = new SagaExecution(saga, INPUT, 5);
    const next = { effects: [{ kind: 'action', label: 'Create' }] as const };
    const batch: Batch = { by: 'later', records: [STARTED, record], signals: 0, next };
    let thrown: unknown;
    try {
      turns.fold(dueOf(turns), batch);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'SAGA_NEWER' });
    // What is none of these the SDK lets the server try again, without end.
    expect(thrown).not.toBeInstanceOf(TerminalError);
    expect(saga.run.state).toMatchObject({ status: 'running', recoveries: 0 });
    expect(saga.records.takeStaged()).toEqual([]);
  });
});
