import { memoryJournal, type Journal, type SagaEngine } from 'nestjs-saga-orchestrator';
import { sagaTelemetry } from 'nestjs-saga-orchestrator/otel';
import { ErrorTypes } from '../../../lib/observability/otel/error-type.js';
import { Sdk } from './sdk.js';
import { sold } from './shop.js';

const name = { 'saga.name': 'Order' };

describe('the metrics of sagas', () => {
  it('count how sagas end and how their attempts do, with no id among them', async () => {
    const sdk = new Sdk();
    await sold(sdk);
    const ended = await sdk.points('saga.duration');
    expect(ended.map(({ attributes }) => attributes)).toEqual([
      { ...name, 'saga.outcome': 'completed' },
      { ...name, 'saga.outcome': 'compensated' },
      { ...name, 'saga.outcome': 'parked', 'saga.park.reason': 'compensation-failed' },
    ]);
    const attempts = await sdk.points('saga.step.duration');
    const counts = attempts.map(({ attributes, value }) => {
      const { count } = value as { count: number };
      const of = ['saga.step.direction', 'saga.step.name', 'saga.step.outcome', 'error.type'];
      return [count, ...of.map((key) => attributes[key] ?? '')].join(' ').trim();
    });
    expect(counts.sort()).toEqual([
      '1 do Charge done',
      '1 undo Reserve done',
      '1 undo Reserve failed TypeError',
      '3 do Reserve done',
      '4 do Charge failed CARD_DECLINED',
    ]);
    expect(await sdk.points('saga.active')).toEqual([
      expect.objectContaining({ attributes: name, value: 0 }),
    ]);
    const all = await Promise.all(
      ['saga.duration', 'saga.step.duration', 'saga.journal.operation.duration'].map((metric) =>
        sdk.points(metric),
      ),
    );
    expect(JSON.stringify(all)).not.toContain('id-of-');
  });

  it('time the journal, which stays as it is, and count what fails in it', async () => {
    const sdk = new Sdk();
    const journal = memoryJournal();
    await sold(sdk, journal);
    const asked = await sdk.points('saga.journal.operation.duration');
    const operations = asked.map(({ attributes }) => attributes['saga.operation']);
    expect(operations).toEqual(expect.arrayContaining(['create', 'append', 'heartbeat']));
    expect(asked[0]?.attributes['saga.journal.system']).toBe('memory');
    const { instrumentJournal } = sagaTelemetry(sdk.providers);
    const failing = {
      ...journal,
      description: 'Postgres db-7',
      get: async () => Promise.reject(new RangeError('x')),
    };
    const watched = instrumentJournal?.(failing) as Journal;
    await expect(watched.get({ name: 'Order', id: 'x' })).rejects.toThrow(RangeError);
    expect(watched.description).toBe('Postgres db-7');
    expect(watched.get).toBe(watched.get);
    const failed = (await sdk.points('saga.journal.operation.duration')).map(
      ({ attributes }) => attributes,
    );
    expect(failed).toContainEqual({
      ...{ 'saga.journal.system': 'postgres', 'saga.operation': 'get', 'error.type': 'RangeError' },
    });
  });

  it('tell what waits in the journal, and ask it at most once in ten seconds', async () => {
    const sdk = new Sdk();
    const now = new Date('2026-01-01T00:10:00Z');
    const counts = jest.fn(async () => [
      { name: 'Order', status: 'parked', parkReason: 'in-doubt', sagas: 3 },
    ]);
    const insight = {
      counts,
      now: async () => now,
      unfinished: async () => [
        { name: 'Order', unowned: 2, oldestUnowned: new Date(now.getTime() - 90_000) },
        { name: 'Order', unowned: 1, oldestUnowned: new Date(now.getTime() - 30_000) },
        { name: 'Refund', unowned: 0, oldestUnowned: null },
      ],
    };
    const engine = { insight, health: () => ({ draining: false }) } as unknown as SagaEngine;
    const end = sagaTelemetry(sdk.providers).watch?.(engine);
    expect(await sdk.points('saga.parked')).toEqual([
      expect.objectContaining({
        value: 3,
        attributes: { ...name, 'saga.park.reason': 'in-doubt' },
      }),
    ]);
    const values = async (metric: string) =>
      (await sdk.points(metric)).map(({ attributes, value }) => [attributes['saga.name'], value]);
    expect(await values('saga.backlog')).toEqual([
      ['Order', 3],
      ['Refund', 0],
    ]);
    expect(await values('saga.backlog.age')).toEqual([
      ['Order', 90],
      ['Refund', 0],
    ]);
    expect(counts).toHaveBeenCalledTimes(1);
    const later = performance.now() + 10_001;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(later);
    await sdk.points('saga.parked');
    expect(counts).toHaveBeenCalledTimes(2);
    end?.();
    clock.mockReturnValue(later + 10_001);
    await sdk.points('saga.parked');
    expect(counts).toHaveBeenCalledTimes(2);
    clock.mockRestore();
  });

  it('tell nothing where the journal does not answer, or nobody can say', async () => {
    const sdk = new Sdk();
    const fails = () => Promise.reject(new Error('gone'));
    const insight = { counts: fails, now: fails, unfinished: fails };
    const health = () => ({ draining: false });
    for (const engine of [{ insight, health }, { health }]) {
      sagaTelemetry(sdk.providers).watch?.(engine as unknown as SagaEngine);
      expect(await sdk.points('saga.parked')).toEqual([]);
    }
  });

  it('know 100 kinds of errors, and call the others one', () => {
    const types = new ErrorTypes();
    const all = Array.from({ length: 1_000 }, (_, n) => types.of({ code: `CODE_${n}` }));
    expect(new Set(all).size).toBe(101);
    expect(types.of({ code: 'CODE_7' })).toBe('CODE_7');
    expect(all.at(-1)).toBe('_OTHER');
    const odd = new ErrorTypes();
    const thrown = [
      null,
      'text',
      { name: 'a b' },
      { code: 'no such table: cards' },
      { name: 'x'.repeat(65) },
    ];
    expect(thrown.map((one) => odd.of(one))).toEqual(thrown.map(() => '_OTHER'));
    expect(odd.of({ code: 'ECONNRESET', name: 'Error' })).toBe('ECONNRESET');
    expect(odd.of({ code: 42, name: 'QueryError' })).toBe('QueryError');
  });
});
