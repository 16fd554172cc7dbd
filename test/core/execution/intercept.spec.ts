import { AsyncLocalStorage } from 'node:async_hooks';
import { defer, of } from 'rxjs';
import {
  AlreadyUndoneError,
  Err,
  memoryJournal,
  OutcomeUnknownError,
  SagaInterruptedError,
  SagaOrchestratorBuilder,
  silentLogger,
  systemClock,
  type InterceptedCall,
  type ISagaCompensationContext,
  type RunEnvironment,
  type SagaExecutionException,
  type SagaInterceptor,
  type SagaStep,
} from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';

const BARE: RunEnvironment = { clock: systemClock, ids: () => 'o-1', random: () => 0 };
type Around = SagaInterceptor['around'];
type Step = SagaStep<object>;

const fail = (text: string) => (): never => {
  throw new Error(text);
};

const HOSTS = {
  bare: (step: Step, interceptors: readonly SagaInterceptor[]) =>
    new SagaOrchestratorBuilder('Order', {}, silentLogger, {
      environment: { ...BARE, interceptors },
    })
      .step(step)
      .runAsync(),
  journaled: async (step: Step, interceptors: readonly SagaInterceptor[]) => {
    const engine = new InProcessEngine({
      ...{ journal: memoryJournal(), logger: silentLogger, interceptors, worker: false },
    });
    try {
      return await new SagaOrchestratorBuilder('Order', {}, silentLogger, {
        ...{ host: engine, id: 'o-1' },
      })
        .step(step)
        .runAsync();
    } finally {
      await engine.close();
    }
  },
};

describe.each(Object.entries(HOSTS))('interceptors, %s', (_, host) => {
  const run = (step: Partial<Record<keyof Step, unknown>>, ...around: Around[]) =>
    host(
      { label: 'Pay', action: () => 'paid', ...step } as Step,
      around.map((one) => ({ around: one })),
    );
  const ended = (
    step: Partial<Record<keyof Step, unknown>>,
    ...around: Around[]
  ): Promise<SagaExecutionException> =>
    run(step, ...around).then(fail('It has completed'), (error: SagaExecutionException) => error);

  it('stand around action, undo and probe, the first outermost, and around no hook', async () => {
    const said: string[] = [];
    const say =
      (who: string): Around =>
      ({ label, kind, attempt }, next) => {
        said.push(`${who} ${kind} ${label} ${attempt}`);
        return next();
      };
    const step = {
      action: () => {
        said.push('acts');
        throw new OutcomeUnknownError('?');
      },
      ...{ probe: () => 'unknown' as const, compensate: () => void said.push('undoes') },
      ...{ onError: () => void said.push('onError') },
    };
    await ended(step, say('a'), say('b'));
    expect(said.slice(0, 4)).toEqual(['a action Pay 1', 'b action Pay 1', 'acts', 'onError']);
    expect(said).toContain('b probe Pay 1');
    expect(said.slice(-3)).toEqual(['a undo Pay 1', 'b undo Pay 1', 'undoes']);
  });

  it('see whose call it is', async () => {
    const calls: InterceptedCall[] = [];
    await run({}, (call, next) => {
      calls.push(call);
      return next();
    });
    expect(calls.map(({ run: saga }) => saga)).toEqual([
      { sagaName: 'Order', sagaId: 'o-1', version: 1, createdAt: expect.any(Number), headers: {} },
    ]);
  });

  it('carry a context into the call, and into the subscription to an observable', async () => {
    const storage = new AsyncLocalStorage<string>();
    const action = () => defer(() => of(storage.getStore()));
    const saga = await run({ action }, (__, next) => storage.run('span', next));
    expect(saga.getStepResult('Pay' as never)).toBe('span');
  });

  it('replace what the call returned', async () => {
    const saga = await run({}, async (__, next) => `${String(await next())} twice`);
    expect(saga.getStepResult('Pay' as never)).toBe('paid twice');
  });

  it('and what it failed with', async () => {
    const reword: Around = async (__, next) => {
      await Promise.resolve(next()).catch(fail('reworded'));
    };
    const error = await ended({ action: () => Promise.reject(new Error('no')) }, reword);
    expect(error.cause).toMatchObject({ message: 'reworded' });
  });

  it.each<[string, Around, string]>([
    ['throws', fail('broken'), 'broken'],
    ['rejects', () => Promise.reject(new Error('broken')), 'broken'],
    ['does not call next()', () => 'done', 'did not call next()'],
    ['promises without next()', () => Promise.resolve('done'), 'did not call next()'],
    [
      'calls next() too late',
      async (__, next) => {
        await Promise.resolve();
        return next();
      },
      'too late',
    ],
  ])('that %s before the call fails the attempt, and nothing ran', async (__, around, text) => {
    const acts: string[] = [];
    const step = {
      ...{ action: () => acts.push('acted'), compensate: () => void acts.push('undone') },
    };
    const error = await ended(step, around);
    expect(error.status).toBe('compensated');
    expect((error.cause as Error).message).toContain(text);
    expect(acts).toEqual([]);
  });

  it('that fails once is retried as the step is', async () => {
    let left = 1;
    const saga = await run({ retry: { retries: 1, delay: 1 } }, (__, next) => {
      if (left-- > 0) throw new Error('once');
      return next();
    });
    expect(saga.getStepResult('Pay' as never)).toBe('paid');
  });

  it.each<[string, Around]>([
    [
      'throws',
      (__, next) => {
        next();
        throw new Error('exporter broke');
      },
    ],
    [
      'rejects',
      async (__, next) => {
        await next();
        throw new Error('exporter broke');
      },
    ],
    ['calls next() again', (__, next) => [next(), next()]],
  ])('that %s after the action succeeded leaves it unknown: it is undone', async (__, around) => {
    const acts: string[] = [];
    const step = {
      action: () => void acts.push('acted'),
      compensate: () => void acts.push('undone'),
    };
    const ofActions: Around = (call, next) =>
      call.kind === 'action' ? around(call, next) : next();
    const error = await ended(step, ofActions);
    expect(error.cause).toBeInstanceOf(OutcomeUnknownError);
    expect(acts).toEqual(['acted', 'undone']);
  });

  it.each<[string, () => unknown]>([
    ['throws', fail('no')],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['comes back with an Err', () => new Err(new Error('no'))],
  ])('make no success of an action that %s', async (__, action) => {
    const swallow: Around = (___, next) => {
      try {
        void Promise.resolve(next()).catch(() => undefined);
      } catch {
        // Swallowed.
      }
    };
    const error = await ended({ action }, swallow);
    expect(error.cause).toMatchObject({ message: 'no' });
  });

  it('wait for a call whose result they did not return', async () => {
    let isDone = false;
    const action = async () => {
      await new Promise(setImmediate);
      isDone = true;
    };
    await run({ action }, (__, next) => void next());
    expect(isDone).toBe(true);
  });

  it('cannot reword that the answer of an action was lost: it is undone', async () => {
    const acts: string[] = [];
    const step = {
      action: () => {
        acts.push('acted');
        throw Object.assign(new Error('hang up'), { code: 'ECONNRESET' });
      },
      compensate: () => void acts.push('undone'),
    };
    const reword: Around = (__, next) => {
      try {
        return next();
      } catch {
        throw new Error('reworded');
      }
    };
    const error = await ended(step, reword);
    expect(error.cause).toMatchObject({ message: 'hang up' });
    expect(acts).toEqual(['acted', 'undone']);
  });

  it.each<[string, Around]>([
    [
      'without next()',
      () => {
        throw new AlreadyUndoneError('not needed');
      },
    ],
    [
      'after it failed',
      (__, next) => {
        try {
          return next();
        } catch {
          throw new AlreadyUndoneError('not needed');
        }
      },
    ],
  ])('cannot say %s that a step is undone already', async (__, around) => {
    const step = { action: fail('answer lost'), compensate: fail('not undone') };
    const lost = { unknownWhen: () => true, compensationRetry: 0 };
    const ofUndos: Around = (call, next) => (call.kind === 'undo' ? around(call, next) : next());
    const error = await ended({ ...step, ...lost }, ofUndos);
    expect(error.status).toBe('parked');
  });

  it('cannot answer in place of a probe that failed', async () => {
    const asked: unknown[] = [];
    const step = {
      action: () => {
        throw new OutcomeUnknownError('?');
      },
      probe: () => new Err(new Error('no')),
      compensate: ({ outcome }: ISagaCompensationContext<object>) => void asked.push(outcome),
    };
    await ended(step, async (call, next) => {
      const returned = await next();
      return call.kind === 'probe' ? 'done' : returned;
    });
    expect(asked).toEqual(['unknown']);
  });

  it('cannot reword that a call came to no outcome', async () => {
    const stop = () => {
      throw new SagaInterruptedError('Child', 'c-1', 'shutting down');
    };
    const reword: Around = (__, next) => {
      try {
        return next();
      } catch {
        throw new Error('reworded');
      }
    };
    const error: unknown = await ended({ action: stop }, reword);
    expect(error).toBeInstanceOf(SagaInterruptedError);
  });

  it('fall under the time limit of the step', async () => {
    const error = await ended({ timeout: 20, timeoutGrace: 0 }, () => new Promise(() => undefined));
    expect((error.cause as Error).message).toContain('took longer than 20 ms');
  });
});
