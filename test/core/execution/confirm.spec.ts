import { defineSaga, jsonCodec, LeaseLostError, silentLogger } from 'nestjs-saga-orchestrator/core';
import { STANDARD_ENVIRONMENT } from '../../../lib/core/engine/index.js';
import { drive, Run, type RunPersistence } from '../../../lib/core/execution/index.js';
import { rejectionOf } from '../../support/shop.js';

/** A store that is asked whose the saga is, and answers one after the other. */
function storeThatAnswers(answers: readonly (Promise<void> | undefined)[]): RunPersistence {
  let asked = 0;
  return {
    application: '',
    birth: 'b-1',
    codec: jsonCodec,
    encode: (value) => jsonCodec.encode(value),
    readContext: () => ({}),
    readResult: () => undefined,
    stage: (record) => record,
    flush: () => Promise.resolve(),
    confirm: () => answers[asked++],
  };
}

async function driven(answers: readonly (Promise<void> | undefined)[]) {
  const action = jest.fn();
  const definition = defineSaga('PlaceOrder', [{ label: 'Charge', action }]);
  const run = new Run(definition, {}, STANDARD_ENVIRONMENT, silentLogger, 'o-1');
  run.persistence = storeThatAnswers(answers);
  const ended = drive(run);
  return { ended, action };
}

describe('an effect whose saga may be lost (semantics 28)', () => {
  const yes = (): Promise<void> => Promise.resolve();
  const no = (): Promise<void> => {
    const lost = Promise.reject<void>(new LeaseLostError('taken over'));
    lost.catch(() => undefined);
    return lost;
  };

  it.each([
    ['it is sure', []],
    ['it is ours', [yes()]],
    ['it is ours, and ours again after another pause', [yes(), yes()]],
  ])('begins when %s', async (_, answers) => {
    const { ended, action } = await driven(answers);
    await ended;
    expect(action).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['it is lost', [no()]],
    ['it was ours, and is lost by the time of the call', [yes(), no()]],
  ])('does not begin when %s', async (_, answers) => {
    const { ended, action } = await driven(answers);
    expect(await rejectionOf(ended)).toMatchObject({ code: 'SAGA_LEASE_LOST' });
    expect(action).not.toHaveBeenCalled();
  });
});
