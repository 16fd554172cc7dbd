import {
  OutcomeUnknownError,
  ResultFactory,
  type ISagaContext,
} from 'nestjs-saga-orchestrator/core';

/** What a participant does when it is asked. */
export type Behaviour = (ctx: ISagaContext<never>) => unknown;

export const answers =
  (value?: unknown): Behaviour =>
  () =>
    ResultFactory.success(value);

export const returns =
  (value: unknown): Behaviour =>
  () =>
    value;

export const declines =
  (message = 'card declined'): Behaviour =>
  () =>
    ResultFactory.error('DECLINED', message);

export const throws =
  (thrown: unknown): Behaviour =>
  () => {
    throw thrown;
  };

export const rejects =
  (thrown: unknown): Behaviour =>
  () =>
    Promise.reject(thrown);

/** The request went out; whether it arrived, nobody knows. */
export const losesItsAnswer: Behaviour = throws(new OutcomeUnknownError('the answer was lost'));

export const neverAnswers: Behaviour = () => new Promise(() => undefined);

/** Works until it is told to stop, as a good participant does. */
export const stopsOnAbort: Behaviour = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
