import type { OperatorReason } from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers, stopsOnAbort } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { rejectionOf } from '../../../support/shop.js';
import { Cluster, ref, type Process } from '../cluster.js';

const eve: OperatorReason = { by: 'eve', reason: 'ticket 4711' };
const CANCELLED = {
  ...{ type: 'cancel-requested', by: 'operator', actor: 'eve', reason: 'ticket 4711' },
};

async function charging() {
  const cluster = new Cluster();
  const plan = cluster.plan([
    cluster.step('Reserve'),
    cluster.step('Charge', { does: [stopsOnAbort, answers()] }),
  ]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  return { cluster, plan, anna };
}

async function parked() {
  const cluster = new Cluster();
  const does = [declines(), answers()];
  const plan = cluster.plan([
    cluster.step('Charge', { pivot: true }),
    cluster.step('Ship', { does, retry: { retries: 0 } }),
  ]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  expect(await anna.get()).toMatchObject({ parkReason: 'failed-after-pivot' });
  return { cluster, plan, anna };
}

async function audit({ engine }: Process) {
  const { entries } = await engine.operators.audit({});
  return entries.map(({ act, outcome, by, reason, label, origin }) => ({
    ...{ act, outcome, by, reason, origin },
    ...(label !== undefined && { label }),
  }));
}

const of = (act: string, outcome = 'done') => ({ act, outcome, ...eve, origin: 'app' });

describe('who acts, and why (semantics 110)', () => {
  it('is kept of a cancel where the saga is at work', async () => {
    const { cluster, anna } = await charging();
    await anna.engine.cancel(ref, eve);
    await cluster.clock.advance(1_000);
    expect((await anna.get())?.timeline).toContainEqual(expect.objectContaining(CANCELLED));
    expect(await audit(anna)).toEqual([of('cancel')]);
  });

  it('is kept of a cancel whose saga another process owns', async () => {
    const { cluster, plan, anna } = await charging();
    const bert = await cluster.process([plan], { worker: false });
    await cluster.clock.until(bert.engine.cancel(ref, eve));
    expect((await anna.get())?.timeline).toContainEqual(expect.objectContaining(CANCELLED));
    expect(await audit(anna)).toEqual([of('cancel', 'requested')]);
  });

  it('is kept of a cancel whose owner is gone, with and without the class', async () => {
    for (const knows of [true, false]) {
      const { cluster, plan, anna } = await charging();
      anna.crash();
      await cluster.takeover();
      const bert = await cluster.process(knows ? [plan] : [], { worker: false });
      await cluster.clock.until(bert.engine.cancel(ref, eve));
      await settle();
      expect((await bert.get())?.timeline).toContainEqual(expect.objectContaining(CANCELLED));
      expect(await audit(bert)).toEqual([of('cancel', 'requested')]);
    }
  });

  it('is kept of a cancel by whoever takes the saga over', async () => {
    const { cluster, plan, anna } = await charging();
    const bert = await cluster.process([], { worker: false });
    anna.pause();
    const cancel = bert.engine.cancel(ref, eve);
    await settle();
    anna.crash();
    await cluster.process([plan]);
    await cluster.clock.until(cancel);
    await cluster.takeover();
    expect((await bert.get())?.timeline).toContainEqual(expect.objectContaining(CANCELLED));
  });

  it('is kept of a cancel of a saga that is parked', async () => {
    const cluster = new Cluster();
    const charge = cluster.step('Charge', { does: [neverAnswers], idempotent: false });
    const plan = cluster.plan([cluster.step('Reserve'), charge]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    anna.crash();
    const bert = await cluster.process([plan]);
    await cluster.takeover();
    await bert.engine.cancel(ref, eve);
    await cluster.clock.advance(1_000);
    expect((await bert.get())?.timeline).toContainEqual(expect.objectContaining(CANCELLED));
    expect(await audit(bert)).toEqual([of('cancel')]);
  });

  it('is kept of a resume, with the label', async () => {
    const { cluster, anna } = await parked();
    await anna.engine.resume(ref, 'Ship', eve);
    await cluster.clock.advance(1_000);
    expect((await anna.get())?.timeline).toContainEqual(
      expect.objectContaining({ type: 'resumed', ...eve }),
    );
    expect(await audit(anna)).toEqual([{ ...of('resume'), label: 'Ship' }]);
  });

  it('is kept of what was forgotten, when nothing else is left of it', async () => {
    const { anna } = await parked();
    await anna.engine.manual(ref, { act: 'terminate' }, eve);
    await anna.engine.forget(ref, { ...eve, origin: 'dashboard' });
    expect(await anna.get()).toBeUndefined();
    expect(await audit(anna)).toEqual([{ ...of('forget'), origin: 'dashboard' }, of('terminate')]);
  });

  it('is in the audit only where it is told, and only of what was done', async () => {
    const { cluster, anna } = await charging();
    await anna.engine.cancel(ref, 'changed my mind');
    await anna.engine.cancel(ref, eve);
    await cluster.clock.advance(1_000);
    expect(await rejectionOf(anna.engine.cancel(ref, eve))).toMatchObject({ code: 'SAGA_STATE' });
    await anna.engine.forget(ref);
    expect(await audit(anna)).toEqual([]);
  });

  it.each([
    [{ by: 'eve', reason: 'no' }, /reason must have at least 3 characters \(got 'no'\)/],
    [{ by: '', reason: 'because' }, /by must be a non-empty string/],
    [{ reason: 'because' }, /by must be a non-empty string/],
    [null, /the last argument must be \{ by, reason \}/],
  ])('must say something: %j', async (why, message) => {
    const { anna } = await parked();
    const acts = [
      anna.engine.cancel(ref, why as never),
      anna.engine.manual(ref, { act: 'terminate' }, why as never),
      ...(why === null
        ? []
        : [
            anna.engine.resume(ref, undefined, why as never),
            anna.engine.forget(ref, why as never),
          ]),
    ];
    for (const act of acts) expect((await rejectionOf(act)).message).toMatch(message);
    expect(await anna.get()).toMatchObject({ status: 'parked' });
    expect(await audit(anna)).toEqual([]);
  });

  it('is cut where it is too long, and never in the middle of a character', async () => {
    const { anna } = await parked();
    const why = { by: '😀'.repeat(200), reason: `x${'😀'.repeat(600)}` };
    await anna.engine.manual(ref, { act: 'terminate' }, why);
    const [entry] = await audit(anna);
    expect(entry?.by).toBe('😀'.repeat(127));
    expect(entry?.reason).toBe(`x${'😀'.repeat(499)}`);
  });

  it('outlives its saga for a year, unless deleteAfter.audit says otherwise', async () => {
    const DAY = 86_400_000;
    const asked = async (deleteAfter: object) => {
      const cluster = new Cluster();
      const process = await cluster.process([], { deleteAfter });
      const ages: unknown[] = [];
      process.fault = (method, [request]) => {
        if (method === 'forget') ages.push((request as { olderThanMs: number }).olderThanMs);
        return undefined;
      };
      await cluster.clock.advance(180_000);
      return ages;
    };
    expect(await asked({})).toEqual([365 * DAY]);
    expect(await asked({ audit: 2 * DAY })).toEqual([2 * DAY]);
    expect(await asked({ audit: Infinity })).toEqual([]);
    const { cluster, anna } = await parked();
    await anna.engine.manual(ref, { act: 'terminate' }, eve);
    await anna.engine.close();
    const bert = await cluster.process([], { deleteAfter: { audit: 3_600_000 } });
    await cluster.clock.advance(1_800_000);
    expect(await audit(bert)).toHaveLength(1);
    await cluster.clock.advance(7_200_000);
    expect(await audit(bert)).toEqual([]);
  });
});
