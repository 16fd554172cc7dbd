import { memoryJournal } from 'nestjs-saga-orchestrator';
import { SagaOrchestratorBuilder, silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';

function engineWith(maxEnded: number) {
  const engine = new InProcessEngine({
    journal: memoryJournal({ maxEnded }),
    logger: silentLogger,
  });
  const run = (id: string, action: () => unknown) =>
    new SagaOrchestratorBuilder('Transfer', {}, silentLogger, { host: engine, id })
      .step({ label: 'Debit', action, pivot: true })
      .step({ label: 'Credit', action })
      .runAsync();
  return { engine, run };
}

describe('the memory journal', () => {
  it('forgets the oldest ended sagas, so that a process can run for ever', async () => {
    const { engine, run } = engineWith(10);
    for (let i = 0; i < 40; i++) await run(`t-${i}`, () => undefined);
    const { sagas } = await engine.list({ limit: 100 });
    expect(sagas.length).toBeGreaterThanOrEqual(10);
    expect(sagas.length).toBeLessThanOrEqual(12);
    expect(sagas[0]?.id).toBe('t-39');
    await engine.close();
  });

  it('never takes a saga for the former one of its id, which was deleted', async () => {
    const { engine, run } = engineWith(10);
    await run('t-1', () => undefined);
    await engine.forget({ name: 'Transfer', id: 't-1' });
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    const again = run('t-1', () => asked);
    for (let i = 2; i < 20; i++) await run(`t-${i}`, () => undefined);
    answer();
    await again;
    expect(await engine.get({ name: 'Transfer', id: 't-1' })).toMatchObject({
      status: 'completed',
    });
    await engine.close();
  });

  it('never forgets a parked one: an operator has to see it', async () => {
    const { engine, run } = engineWith(0);
    let calls = 0;
    const failsLate = (): void => {
      calls += 1;
      if (calls === 2) throw new Error('no such account');
    };
    await expect(run('t-1', failsLate)).rejects.toMatchObject({ status: 'parked' });
    for (let i = 2; i < 9; i++) await run(`t-${i}`, () => undefined);
    const { sagas } = await engine.list({});
    expect(sagas.map(({ id }) => id)).toContain('t-1');
    await engine.close();
  });

  it.each([-1, 1.5, NaN])('refuses maxEnded %p', (maxEnded) => {
    expect(() => memoryJournal({ maxEnded })).toThrow(/maxEnded must be a whole number/);
  });
});
