import { memoryJournal } from 'nestjs-saga-orchestrator';
import {
  defineSaga,
  silentLogger,
  type ISagaCompensationContext,
  type ISagaContext,
  type SagaStep,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';

const REF = { name: 'Pay', id: 'p-1' };
const anything = (result: unknown): unknown => result;

/** A saga whose second step brings a receipt that is none. */
function world(charge: Partial<SagaStep<{ note?: string }>> = {}) {
  const journal = memoryJournal();
  const log: string[] = [];
  let isHeld = false;
  const wrong = (): never => {
    throw new TypeError('no receipt');
  };
  const planOf = (checkResult: (result: unknown) => unknown) =>
    defineSaga<{ note?: string }>('Pay', [
      { label: 'Reserve', action: () => void log.push('Reserve'), compensate: () => 1 },
      {
        label: 'Charge',
        action: ({ context }: ISagaContext<{ note?: string }>) => {
          log.push('Charge');
          context.note = 'charged';
          return 7;
        },
        compensate: ({ result, context, signal }: ISagaCompensationContext<{ note?: string }>) => {
          log.push(`undo Charge: ${String(result)}, ${context.note ?? ''}`);
          if (!isHeld) return undefined;
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted')));
          });
        },
        checkResult,
        ...charge,
      },
      {
        label: 'Tell',
        action: ({ getStepResult }) => void log.push(`Tell ${String(getStepResult('Charge'))}`),
      },
    ]);
  const opened = async (check: (result: unknown) => unknown = wrong): Promise<InProcessEngine> => {
    const engine = new InProcessEngine({ journal, logger: silentLogger, drainMs: 0 });
    engine.register(planOf(check));
    await engine.open();
    return engine;
  };
  const held = (is: boolean): void => void (isHeld = is);
  const start = async (engine: InProcessEngine) =>
    (await engine.start(engine.definition('Pay'), {}, { id: REF.id }))
      .result()
      .catch((error: unknown) => error);
  return { log, opened, held, start };
}

it('a wrong result that is recorded is undone by the next process, whatever its schema is by then (18a)', async () => {
  const { log, opened, held, start } = world();
  held(true);
  const first = await opened();
  const ended = start(first);
  while (log.length < 3) await new Promise(setImmediate);
  await first.close();
  expect(await ended).toMatchObject({ code: 'SAGA_INTERRUPTED' });

  held(false);
  const second = await opened(anything);
  await second.recover();
  const found = await second.attach(REF);
  const error = await found!.result().catch((failure: unknown) => failure);
  expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Charge' });
  expect((error as Error).cause).toMatchObject({
    message: "The result of step 'Charge' is not valid: no receipt",
  });
  const undone = 'undo Charge: undefined, charged';
  expect(log).toEqual(['Reserve', 'Charge', undone, undone]);
  await second.close();
});

it('behind the pivot it parks its saga, which goes on without it (18a)', async () => {
  const { log, opened, start } = world({ pivot: true });
  const engine = await opened();
  expect(await start(engine)).toMatchObject({ status: 'parked' });
  expect(await engine.get(REF)).toMatchObject({ parkReason: 'failed-after-pivot' });
  await engine.close();
  const next = await opened(anything);
  await (await next.resume(REF)).result();
  expect(log).toEqual(['Reserve', 'Charge', 'Tell undefined']);
  expect((await next.get(REF))?.status).toBe('completed');
  await next.close();
});
