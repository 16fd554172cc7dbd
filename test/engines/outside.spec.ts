import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
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
