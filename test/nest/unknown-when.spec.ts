import { Injectable } from '@nestjs/common';
import {
  isAnswerLost,
  memoryJournal,
  Saga,
  SagaOptionsError,
  SagaOrchestratorBuilder,
  SagaStep,
  silentLogger,
  type EngineSettings,
  type SagaExecutionException,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { boot } from './boot.js';

class BrokerTimeout extends Error {}

const undone: string[] = [];
const lose = (error: Error) => {
  throw error;
};
const reset = Object.assign(new Error('gone'), { code: 'ECONNRESET' });

@Saga('Notify')
@Injectable()
class Notify {
  @SagaStep({ compensate: 'unsend' })
  send() {
    lose(new BrokerTimeout());
  }
  unsend() {
    undone.push('module');
  }
}

@Saga('Strict')
@Injectable()
class Strict {
  @SagaStep({ compensate: 'unsend', unknownWhen: isAnswerLost })
  send() {
    lose(new BrokerTimeout());
  }
  unsend() {
    undone.push('step');
  }
}

const ended = (run: Promise<unknown>): Promise<SagaExecutionException> =>
  run.then(
    () => {
      throw new Error('It has completed');
    },
    (error: SagaExecutionException) => error,
  );
const unknownWhen = (error: unknown): boolean => error instanceof BrokerTimeout;

/** An engine of somebody else's, made of what the module gives it. */
const journal = () => ({ journal: memoryJournal() });
const engine = () => ({
  engine: {
    description: 'another engine',
    create: (settings: EngineSettings) =>
      new InProcessEngine({ ...settings, journal: memoryJournal() }),
  },
});

beforeEach(() => undone.splice(0));

describe.each<[string, () => Partial<SagaModuleOptions>]>([
  ['on a journal', journal],
  ['on an engine', engine],
])('forRoot({ unknownWhen }) %s', (_, host) => {
  const start = (more: Partial<SagaModuleOptions> = { unknownWhen }) =>
    boot({ providers: [Notify, Strict] }, { logger: silentLogger, ...host(), ...more });

  it('holds for the steps of decorated sagas that do not say so themselves', async () => {
    const { sagas } = await start();
    await ended(sagas.for(Notify, {}).runAsync());
    expect(undone).toEqual(['module']);
    await ended(sagas.for(Strict, {}).runAsync());
    expect(undone).toEqual(['module']);
  });

  it('and for chains of define()', async () => {
    const { sagas } = await start();
    const compensate = () => void undone.push('chain');
    const defined = sagas.define<object, object>('Defined', (chain) =>
      chain.step({ label: 'A', action: () => lose(new BrokerTimeout()), compensate }),
    );
    await ended(defined({}).runAsync());
    expect(undone).toEqual(['chain']);
  });

  it('is isAnswerLost where nothing is said', async () => {
    const { sagas } = await start({});
    await ended(sagas.for(Notify, {}).runAsync());
    expect(undone).toEqual([]);
  });

  it('must be a function', async () => {
    const booted = start({ unknownWhen: true as never });
    await expect(booted).rejects.toThrow(SagaOptionsError);
    await expect(booted).rejects.toThrow('unknownWhen must be a function of an error (got true)');
  });
});

describe('forRoot({ unknownWhen })', () => {
  it('holds for chains of create(), and not for those built without the module', async () => {
    const { sagas } = await boot({}, { logger: silentLogger, unknownWhen });
    const compensate = () => void undone.push('undone');
    const step = (error: Error) => ({ label: 'A', action: () => lose(error), compensate });
    await ended(sagas.create('Created', {}).step(step(new BrokerTimeout())).runAsync());
    expect(undone).toEqual(['undone']);
    await ended(sagas.create('Clean', {}).step(step(reset)).runAsync());
    expect(undone).toEqual(['undone']);
    const bare = (error: Error) =>
      new SagaOrchestratorBuilder('Bare', {}, silentLogger).step(step(error)).runAsync();
    await ended(bare(new BrokerTimeout()));
    expect(undone).toEqual(['undone']);
    await ended(bare(reset));
    expect(undone).toEqual(['undone', 'undone']);
  });
});
