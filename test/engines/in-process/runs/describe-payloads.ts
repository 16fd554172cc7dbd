import {
  isSagaError,
  ResultFactory,
  SagaExecutionException,
  SagaOrchestratorBuilder,
  silentLogger,
  type ISagaCompensationContext,
  type ISagaContext,
  type Journal,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import {
  equateInvalidDates,
  STORABLE,
  TOKEN,
  UNSTORABLE,
  type AwkwardValue,
} from '../../../core/journal/awkward-values.js';

interface Transfer {
  value?: unknown;
}

/** Whatever payloads may meet, from the caller to the journal and back: the same on every journal. */
export function describePayloads(journalOf: () => Journal): void {
  equateInvalidDates();

  let journal: Journal;
  let engine: InProcessEngine;
  let transfers = 0;

  beforeAll(() => {
    journal = journalOf();
    engine = new InProcessEngine({ journal, logger: silentLogger });
  });

  afterAll(() => engine.close());

  /** One transfer: it debits, then credits; what each does is up to the test. */
  async function transfer(
    initial: unknown,
    debit: (ctx: ISagaContext<Transfer>) => unknown,
    credit: (ctx: ISagaContext<Transfer>) => unknown = () => undefined,
    undoDebit: (ctx: ISagaCompensationContext<Transfer>) => unknown = () => undefined,
  ) {
    const id = `t-${(transfers += 1)}`;
    const calls: string[] = [];
    const saga = new SagaOrchestratorBuilder('Transfer', initial as Transfer, silentLogger, {
      id,
      host: engine,
    })
      .step({
        label: 'Debit',
        retry: { retries: 2, delay: 0 },
        action: (ctx) => (calls.push('debit'), debit(ctx)),
        compensate: (ctx) => (calls.push(`undo ${ctx.outcome}`), undoDebit(ctx as never)),
      })
      .step({ label: 'Credit', action: (ctx) => (calls.push('credit'), credit(ctx)) });
    const error: unknown = await saga.runAsync().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    await engine.open();
    const stored = await journal.load({ name: 'Transfer', id });
    return { calls, error, saga, stored, text: JSON.stringify(stored ?? null) };
  }

  const declines = () => ResultFactory.error('NO_FUNDS', 'no funds');

  describe('a payload that can be stored comes back exactly, on the first run (semantics 16, 17)', () => {
    const back = ({ make, comesBackAs = make }: AwkwardValue) => comesBackAs();

    it.each(STORABLE)('input: $name', async (value) => {
      let seen: unknown;
      const { error, saga } = await transfer(value.make(), (ctx) => {
        seen = ctx.context;
      });
      expect(error).toBeUndefined();
      expect(seen).toStrictEqual(back(value));
      expect(saga.getContext().context).toStrictEqual(back(value));
    });

    it.each(STORABLE)('context: $name', async (value) => {
      let seen: unknown;
      const { error, text } = await transfer(
        {},
        (ctx) => {
          ctx.context.value = value.make();
        },
        (ctx) => {
          seen = ctx.context.value;
        },
      );
      expect(error).toBeUndefined();
      expect(seen).toStrictEqual(back(value));
      expect(text).not.toContain(TOKEN);
    });

    it.each(STORABLE)('result: $name', async (value) => {
      let seen: unknown;
      const { error, saga, text } = await transfer(
        {},
        () => ResultFactory.success(value.make()),
        (ctx) => {
          seen = ctx.getStepResult('Debit');
        },
      );
      expect(error).toBeUndefined();
      expect(seen).toStrictEqual(back(value));
      expect(saga.getStepResult('Debit')).toStrictEqual(back(value));
      expect(text).not.toContain(TOKEN);
    });

    it.each(STORABLE)('context changed by an undo: $name', async (value) => {
      const { error, saga } = await transfer(
        {},
        () => 1,
        declines,
        (ctx) => {
          ctx.context.value = value.make();
        },
      );
      expect(error).toMatchObject({ status: 'compensated', compensated: ['Debit'] });
      expect(saga.getContext().context).toStrictEqual({ value: back(value) });
    });
  });

  describe('a payload that cannot be stored is refused by its path (semantics 17, 18)', () => {
    it.each(UNSTORABLE)('input: $name; nothing runs and nothing is stored', async (value) => {
      const { make, refused } = value;
      const { calls, error, stored } = await transfer({ value: make() }, () => 1);
      expect(error).toMatchObject({ code: 'SAGA_SERIALIZATION' });
      expect((error as Error).message).toMatch(refused?.why ?? '');
      const path = value.name === '3 MiB' ? '$' : `$.value${refused?.path}`;
      expect((error as Error).message.startsWith(path)).toBe(true);
      expect(calls).toEqual([]);
      expect(stored).toBeUndefined();
    });

    it.each(UNSTORABLE)('context: $name; the step is done, never re-run, undone', async (value) => {
      const { calls, error } = await transfer({}, (ctx) => {
        ctx.context.value = value.make();
      });
      expect(calls).toEqual(['debit', 'undo done']);
      expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Debit' });
      expect((error as Error).cause).toMatchObject({ code: 'SAGA_SERIALIZATION' });
    });

    it.each(UNSTORABLE)('result: $name; the step is done, never re-run, undone', async (value) => {
      const { calls, error } = await transfer({}, () => ResultFactory.success(value.make()));
      expect(calls).toEqual(['debit', 'undo done']);
      expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Debit' });
      const { cause } = error as SagaExecutionException;
      expect(isSagaError(cause, 'SAGA_SERIALIZATION')).toBe(true);
      expect((cause as Error).message).toMatch(value.refused?.why ?? '');
    });

    it.each(UNSTORABLE)(
      'context changed by an undo: $name; the change is dropped',
      async (value) => {
        const { error, saga } = await transfer(
          { kept: 1 },
          () => 1,
          declines,
          (ctx) => {
            ctx.context.value = value.make();
          },
        );
        expect(error).toMatchObject({ status: 'compensated', compensated: ['Debit'] });
        expect(saga.getContext().context).toEqual({ kept: 1 });
      },
    );
  });

  describe('what can be stored is kept, whatever else cannot (semantics 18)', () => {
    const unstorable = Symbol('tx-1');

    it('shows an undo the result of a step whose context cannot be stored', async () => {
      let seen: unknown;
      await transfer(
        {},
        (ctx) => {
          ctx.context.value = unstorable;
          return 'tx-1';
        },
        undefined,
        (ctx) => {
          seen = [ctx.outcome, ctx.result, ctx.context];
        },
      );
      expect(seen).toEqual(['done', 'tx-1', {}]);
    });

    it('shows an undo the context of a step whose result cannot be stored', async () => {
      let seen: unknown;
      const { error } = await transfer(
        {},
        (ctx) => {
          ctx.context.value = 'tx-1';
          return unstorable;
        },
        undefined,
        (ctx) => {
          seen = [ctx.outcome, ctx.result, ctx.context];
        },
      );
      expect(seen).toEqual(['done', undefined, { value: 'tx-1' }]);
      expect(error).toMatchObject({ cause: { code: 'SAGA_SERIALIZATION' } });
    });
  });

  describe('whatever is thrown fails the attempt and nothing else (semantics 1, 20)', () => {
    it.each([...STORABLE, ...UNSTORABLE])('thrown: $name', async ({ make }) => {
      const thrown = make();
      const { error, text } = await transfer(
        {},
        () => 1,
        () => {
          throw thrown;
        },
      );
      expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Credit' });
      expect(text).not.toContain(TOKEN);
      expect(text.length).toBeLessThan(20_000);
      expect(Buffer.from(text).toString()).toBe(text);
    });

    it.each([...STORABLE, ...UNSTORABLE])('in an Err: $name', async ({ make }) => {
      const failure = { isOk: () => false, isErr: () => true, error: make() };
      const { error, text } = await transfer(
        {},
        () => 1,
        () => failure,
      );
      expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Credit' });
      expect(text).not.toContain(TOKEN);
    });

    it.each([...STORABLE, ...UNSTORABLE])('returned by an undo: $name', async ({ make }) => {
      const { error, text } = await transfer(
        {},
        () => 1,
        declines,
        () => ResultFactory.success(make()),
      );
      expect(error).toMatchObject({ status: 'compensated', compensated: ['Debit'] });
      expect(text).not.toContain(TOKEN);
    });

    it('gives the caller in the same process what was thrown, as it was thrown', async () => {
      const declined = Object.assign(new Error('card declined'), { token: TOKEN });
      const { error } = await transfer(
        {},
        () => 1,
        () => Promise.reject(declined),
      );
      expect((error as Error).cause).toBe(declined);
      const { error: other } = await transfer(
        {},
        () => 1,
        () => Promise.reject('no funds'),
      );
      expect((other as Error).cause).toMatchObject({ cause: 'no funds' });
    });

    it('shows an undo the stored form, as a replay would', async () => {
      const declined = Object.assign(new TypeError('card declined'), { token: TOKEN });
      let seen: unknown;
      await transfer(
        {},
        () => 1,
        () => Promise.reject(declined),
        (ctx) => {
          seen = ctx.cause;
        },
      );
      expect(seen).toMatchObject({ name: 'TypeError', message: 'card declined' });
      expect(seen).not.toHaveProperty('token');
    });
  });
}
