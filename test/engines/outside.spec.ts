import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { defineSaga, silentLogger } from 'nestjs-saga-orchestrator/core';
import { engineContract, type EngineHarness } from 'nestjs-saga-orchestrator/testing';
import { judge } from './judge.js';
import { MemoryEngine } from './outside/memory-engine.js';
import { MemorySagas } from './outside/memory-sagas.js';

/** What anybody may import, and the files beside it. */
const OPEN_TO_ALL = /^(node:\w+|nestjs-saga-orchestrator\/(core|engine)|\.\/[\w-]+\.js)$/;

function harness(): EngineHarness {
  const sagas = new MemorySagas();
  return {
    engine: (_, watching) => new MemoryEngine({ logger: silentLogger, ...watching }, sagas),
    judge,
    dispose: () => Promise.resolve(),
  };
}

describe('an engine that is written outside keeps the engine contract', () => {
  it.each(engineContract)('$name', ({ run }) => run(harness));

  it('and resumes what another one had to leave', async () => {
    const sagas = new MemorySagas();
    let calls = 0;
    const plan = defineSaga('Order', [
      {
        label: 'Charge',
        // Hangs as long as its engine lives; the next one asks again.
        action: () => ((calls += 1) === 1 ? new Promise<never>(() => undefined) : 'paid'),
        compensate: () => undefined,
      },
    ]);
    const first = new MemoryEngine({ logger: silentLogger, drainMs: 0 }, sagas);
    first.register(plan);
    const left = await first.start(plan, {}, { id: 'o-1' });
    const interrupted = expect(left.result()).rejects.toMatchObject({ code: 'SAGA_INTERRUPTED' });
    await first.close();
    await interrupted;
    expect((await first.get({ name: 'Order', id: 'o-1' }))?.status).toBe('running');

    const stranger = new MemoryEngine({ logger: silentLogger }, sagas);
    await stranger.recover();
    expect(stranger.health().activeRuns).toBe(0);
    const next = new MemoryEngine({ logger: silentLogger }, sagas);
    next.register(plan);
    await next.recover();
    expect(next.health().activeRuns).toBe(1);
    const again = await next.start(plan, {}, { id: 'o-1' });
    expect((await again.result()).getStepResult('Charge')).toBe('paid');
    await next.close();
    expect(calls).toBe(2);
  });

  it('with nothing but public entries', () => {
    const folder = join(process.cwd(), 'test/engines/outside');
    const imported = readdirSync(folder).flatMap((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(folder, file), 'utf8'));
      return importedFiles.map(({ fileName }) => fileName);
    });
    expect(imported).toContain('nestjs-saga-orchestrator/engine');
    expect(imported.filter((name) => !OPEN_TO_ALL.test(name))).toEqual([]);
  });
});
