import {
  decide,
  defineSaga,
  evolve,
  SagaOrchestratorBuilder,
  SagaState,
  silentLogger,
  type SagaDefinition,
  type SagaRecord,
} from 'nestjs-saga-orchestrator/core';

const FEW = 10;
/** As many as a saga may have, with the one that fails. */
const MANY = 999;
/** Where each one looked at all others, the ratio was 400. */
const FLAT = 8;

function planOf(steps: number, isUndoable: (index: number) => boolean = () => true) {
  const work = Array.from({ length: steps }, (_, index) => ({
    label: `step-${index}`,
    action: () => index,
    ...(isUndoable(index) ? { compensate: () => undefined } : {}),
  }));
  const fails = () => Promise.reject(new Error('declined'));
  return defineSaga(`Of${steps}`, [...work, { label: 'last', action: fails }]);
}

/** The state of a saga whose last step has failed. */
function failedState(definition: SagaDefinition): SagaState {
  const state = new SagaState();
  for (const { label, compensate } of definition.forward) {
    const owesUndo = compensate !== undefined;
    evolve(state, { type: 'started', label, attempt: 1, owesUndo });
    if (label === 'last') break;
    evolve(state, { type: 'done', label, attempt: 1, result: 1, pivot: false });
  }
  const error = new Error('declined');
  const failed = {
    label: 'last',
    attempt: 1,
    outcome: 'not-done',
    error,
    retryable: false,
  } as const;
  return evolve(state, { type: 'failed', ...failed });
}

/** Decides and folds to the end, as a host whose undos take no time; tells the labels undone. */
function undoAll(definition: SagaDefinition, state: SagaState): readonly string[] {
  const undone: string[] = [];
  const note = (record: SagaRecord): unknown => evolve(state, record);
  for (;;) {
    const command = decide(definition, state);
    if (command.type === 'stop') return undone;
    if (command.type === 'record') note(command.record);
    if (command.type !== 'undo') continue;
    const { label } = command.step;
    note({ type: 'undo-started', label, attempt: command.attempt });
    note({ type: 'undone', label, attempt: command.attempt });
    undone.push(label);
  }
}

/** The best of several: what else the machine does can only add. */
async function msPer(steps: number, work: () => Promise<number>): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < 7; round += 1) best = Math.min(best, await work());
  return best / steps;
}

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

describe('what one step costs does not grow with the number of steps', () => {
  it.each<[string, (index: number) => boolean]>([
    ['all owe an undo', () => true],
    ['most owe none', (index) => index % 100 === 0],
  ])('while compensating, where %s', async (_, isUndoable) => {
    const cost = (steps: number): Promise<number> => {
      const definition = planOf(steps, isUndoable);
      return msPer(steps, () => {
        const state = failedState(definition);
        return timed(() => undoAll(definition, state));
      });
    };
    await cost(MANY);
    const few = await cost(FEW);
    expect(await cost(MANY)).toBeLessThan(FLAT * few);
  });

  it('while a chain compensates without a journal', async () => {
    const cost = (steps: number): Promise<number> => {
      const definition = planOf(steps);
      const run = () =>
        new SagaOrchestratorBuilder(definition.name, {}, silentLogger, { definition })
          .runAsync()
          .catch(() => undefined);
      return msPer(steps, () => timed(run));
    };
    await cost(MANY);
    const few = await cost(FEW);
    expect(await cost(MANY)).toBeLessThan(FLAT * few);
  });

  it('on the way forward of a saga that another process began', async () => {
    const forward = (definition: SagaDefinition): Promise<number> => {
      const state = evolve(new SagaState(), { type: 'recovered', owner: 'process-bert' });
      return timed(() => {
        for (;;) {
          const command = decide(definition, state);
          if (command.type !== 'run') return;
          const { label } = command.step;
          evolve(state, { type: 'started', label, attempt: 1, owesUndo: true });
          evolve(state, { type: 'done', label, attempt: 1, result: 1, pivot: false });
        }
      });
    };
    const cost = (steps: number): Promise<number> => {
      const definition = planOf(steps);
      return msPer(steps, () => forward(definition));
    };
    await cost(MANY);
    const few = await cost(FEW);
    expect(await cost(MANY)).toBeLessThan(FLAT * few);
  });
});

describe('compensating goes on where it stands, and misses nothing', () => {
  const label = (index: number): string => `step-${index}`;

  it('undoes all of many, newest first', () => {
    const definition = planOf(40, (index) => index % 3 !== 0);
    const due = Array.from({ length: 40 }, (_, index) => index).filter((index) => index % 3 !== 0);
    const undone = undoAll(definition, failedState(definition));
    expect(undone).toEqual(due.toReversed().map(label));
  });

  it('goes back to a later step whose undo a new plan owes', () => {
    const old = planOf(20, (index) => index !== 15);
    const state = failedState(old);
    evolve(state, { type: 'compensating', cause: { reason: 'step-failed', error: 'x' } });
    for (const index of [19, 18, 17, 16, 14]) {
      evolve(state, { type: 'undo-started', label: label(index), attempt: 1 });
      evolve(state, { type: 'undone', label: label(index), attempt: 1 });
    }
    evolve(state, { type: 'recovered', owner: 'process-bert' });
    const rest = Array.from({ length: 14 }, (_, index) => label(13 - index));
    expect(undoAll(planOf(20), state)).toEqual([label(15), ...rest]);
  });

  it('parks for an undo whose retries are exhausted though all older ones are done', () => {
    const definition = planOf(20);
    const state = failedState(definition);
    evolve(state, { type: 'compensating', cause: { reason: 'step-failed', error: 'x' } });
    const failed = { label: label(19), attempt: 1, error: new Error('x'), retryable: false };
    evolve(state, { type: 'undo-started', label: label(19), attempt: 1 });
    evolve(state, { type: 'undo-failed', ...failed });
    expect(undoAll(definition, state)).toHaveLength(19);
    expect(state.parked).toEqual({ reason: 'compensation-failed', label: label(19) });
    const why = { by: 'ann', reason: 'mended' };
    evolve(state, { type: 'manual', act: 'retry-compensation', ...why });
    expect(undoAll(definition, state)).toEqual([label(19)]);
    expect(state.status).toBe('compensated');
  });
});
