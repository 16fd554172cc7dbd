import { hostname } from 'node:os';
import { ResultFactory, SagaJournalError } from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers } from '../../../support/behaviours.js';
import { failureOf, rejectionOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, ref } from '../cluster.js';

type Step = Parameters<Cluster['step']>[1];

/** Reserve, Charge, Ship in the hands of anna. */
async function order(steps: { Reserve?: Step; Charge?: Step; Ship?: Step } = {}) {
  const cluster = new Cluster();
  const labels = ['Reserve', 'Charge', 'Ship'] as const;
  const plan = cluster.plan(labels.map((label) => cluster.step(label, steps[label])));
  const anna = await cluster.process([plan]);
  const handle = await cluster.begun(anna, plan);
  return { cluster, plan, anna, handle };
}

const why = { by: 'eve', reason: 'the bank is back' };
const diesInCharge = { Charge: { does: [neverAnswers, answers('tx-2')] } };

describe('9: killed after the effect, before its record', () => {
  it('the charge that nobody wrote down is refunded when the saga compensates', async () => {
    const { cluster, plan, anna } = await order({
      Charge: { does: [neverAnswers], idempotent: false },
    });
    anna.crash();
    const bert = await cluster.process([plan]);
    await cluster.takeover();
    await bert.engine.cancel(ref, 'given up');
    await cluster.clock.advance(1);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(cluster.undoContext('Charge').outcome).toBe('unknown');
    expect(await cluster.status()).toBe('compensated');
  });
});

describe('10: a deploy inserts a first step', () => {
  it('an unfinished saga is not failed with nothing undone: it waits, and a cancel undoes it all', async () => {
    const { cluster, anna } = await order(diesInCharge);
    anna.crash();
    const labels = ['CheckFraud', 'Reserve', 'Charge', 'Ship'];
    const bert = await cluster.process([cluster.plan(labels.map((label) => cluster.step(label)))]);
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ parkReason: 'definition-mismatch' });
    await bert.engine.cancel(ref, 'rolled back');
    await cluster.clock.advance(1);
    expect(cluster.log.slice(2)).toEqual(['undo Charge', 'undo Reserve']);
    expect(await cluster.status()).toBe('compensated');
  });
});

describe('12: a lease is lost, and the old worker goes on', () => {
  it('a process that wakes up overwrites nothing', async () => {
    const answer = gate();
    const { cluster, plan, anna, handle } = await order({
      Charge: { does: [answer.does, answers('tx-2')] },
    });
    await cluster.process([plan]);
    anna.pause();
    await cluster.takeover();
    const stored = await cluster.journal.load(ref);
    anna.wake();
    answer.open('tx-1');
    expect(await rejectionOf(cluster.clock.until(handle.result()))).toMatchObject({
      code: 'SAGA_INTERRUPTED',
    });
    await cluster.takeover();
    expect(await cluster.journal.load(ref)).toEqual(stored);
    expect(cluster.times('Charge')).toHaveLength(2);
  });
});

describe('13: an operator retries an order whose charge was refunded', () => {
  it('neither a resume nor a mark completes what was undone', async () => {
    const { cluster, anna } = await order({
      Reserve: { undoes: [declines()], compensationRetry: 0 },
      Ship: { does: [declines()] },
    });
    expect(await cluster.status()).toBe('parked');
    const refused = [
      () => anna.engine.resume(ref, 'Ship'),
      () => anna.engine.manual(ref, { act: 'mark-done', label: 'Ship' }, why),
    ];
    for (const act of refused) expect((await rejectionOf(act())).message).toMatch(/begun to undo/);
    expect(cluster.times('Ship')).toHaveLength(1);
  });
});

describe('14: a failed undo cannot be retried', () => {
  it('an operator sends it on, and the saga ends as compensated', async () => {
    const { cluster, anna } = await order({
      Charge: { undoes: [declines(), answers()], compensationRetry: 0 },
      Ship: { does: [declines()] },
    });
    expect(await anna.get()).toMatchObject({ parkReason: 'compensation-failed' });
    await anna.engine.manual(ref, { act: 'retry-compensation' }, why);
    await cluster.clock.advance(1);
    expect(cluster.times('undo Charge')).toHaveLength(2);
    expect(cluster.times('undo Reserve')).toHaveLength(1);
    expect(await cluster.status()).toBe('compensated');
  });
});

describe('15: a crash while two steps are undone', () => {
  it.each(['Reserve', 'Charge'] as const)('in undo %s: none twice over, none never', async (at) => {
    const { cluster, plan, anna } = await order({
      [at]: { undoes: [neverAnswers, answers()] },
      Ship: { does: [declines()] },
    });
    anna.crash();
    await cluster.process([plan]);
    await cluster.takeover();
    expect(await cluster.status()).toBe('compensated');
    const other = at === 'Charge' ? 'Reserve' : 'Charge';
    // The one in flight may run once more; the other one runs exactly once.
    expect(cluster.times(`undo ${at}`)).toHaveLength(2);
    expect(cluster.times(`undo ${other}`)).toHaveLength(1);
  });
});

describe('16: forward in the middle of its own undo', () => {
  it('a saga that has begun to undo goes on compensating, though every step would succeed now', async () => {
    const { cluster, plan, anna } = await order({
      Charge: { does: [declines(), answers()] },
      Reserve: { undoes: [neverAnswers, answers()] },
    });
    anna.crash();
    await cluster.process([plan]);
    await cluster.takeover();
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'undo Reserve', 'undo Reserve']);
    expect(await cluster.status()).toBe('compensated');
  });
});

describe('19: a sweep at launch adopts what this process has just started', () => {
  it('a saga whose process beats is never claimed, by itself or by one that starts', async () => {
    const { cluster, plan, anna } = await order(diesInCharge);
    await anna.engine.recover();
    await cluster.process([plan], { worker: { pollMs: 10 } });
    await cluster.clock.advance(3 * LEASE);
    expect(await cluster.journal.get(ref)).toMatchObject({ epoch: 1, recoveries: 0 });
    expect(cluster.times('Charge')).toHaveLength(1);
  });
});

describe('20: two recoverers, two answers', () => {
  it('one of many takes it over, and there is one end', async () => {
    const { cluster, plan, anna } = await order(diesInCharge);
    for (let n = 0; n < 5; n += 1) await cluster.process([plan], { worker: { pollMs: 10 } });
    anna.crash();
    await cluster.takeover();
    expect(cluster.times('Charge')).toHaveLength(2);
    expect((await cluster.stored()).filter((type) => type === 'completed')).toHaveLength(1);
    expect(await cluster.journal.get(ref)).toMatchObject({ epoch: 2 });
  });
});

describe('21: the same id with another function', () => {
  it('is refused, and the first one goes on untouched', async () => {
    const { cluster, anna } = await order(diesInCharge);
    const other = cluster.plan([cluster.step('Refund')]);
    expect(await rejectionOf(anna.start(other))).toMatchObject({ code: 'SAGA_CONFLICT' });
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    expect(await cluster.status()).toBe('running');
  });
});

describe('22: claimed ids are dropped on an error', () => {
  it.each(['claim', 'load'] as const)('a %s that fails loses none of them', async (broken) => {
    const { cluster, plan, anna } = await order(diesInCharge);
    for (let n = 2; n < 6; n += 1) await cluster.begun(anna, plan, { id: `o-${n}` });
    anna.crash();
    const bert = await cluster.process([plan]);
    let failures = 0;
    bert.fault = (method) => {
      if (method !== broken || failures > 0) return undefined;
      failures += 1;
      // The journal has done it; its answer is lost.
      return () => {
        throw new SagaJournalError('connection reset');
      };
    };
    await cluster.clock.advance(5 * LEASE);
    expect(failures).toBe(1);
    const ids = [ref.id, 'o-2', 'o-3', 'o-4', 'o-5'];
    const ends = await Promise.all(ids.map((id) => cluster.status(id)));
    expect(ends).toEqual(ids.map(() => 'completed'));
  });
});

describe('24: recovery silently skips what a deploy changed', () => {
  it('it is parked where an operator sees it, and logged at the start', async () => {
    const { cluster, anna } = await order(diesInCharge);
    anna.crash();
    const changed = cluster.plan([cluster.step('Reserve'), cluster.step('Ship')]);
    const bert = await cluster.process([changed]);
    await cluster.takeover();
    expect((await bert.engine.list({ status: 'parked' })).sagas.map(({ id }) => id)).toEqual([
      'o-1',
    ]);
    expect(cluster.logger.messages('warn').join()).toMatch(/owe an undo/);
  });
});

describe("25: the engine's own error reaches user code", () => {
  it('a journal that fails after a success compensates nothing: the saga goes on elsewhere', async () => {
    const { cluster, plan, anna, handle } = await order({ Charge: { does: [neverAnswers] } });
    anna.crash();
    const bert = await cluster.process([plan]);
    bert.fault = (method) => {
      if (method === 'append') throw new Error('disk I/O error');
    };
    await cluster.takeover();
    expect(cluster.log.filter((what) => what.startsWith('undo'))).toEqual([]);
    expect(await cluster.status()).toBe('running');
    expect(handle.id).toBe(ref.id);
  });
});

describe('26: a result that cannot be stored', () => {
  it('is no endless re-run: the action runs once, and is undone', async () => {
    const { cluster, handle } = await order({
      Charge: { does: [() => ResultFactory.success({ confirm: () => true })], retry: 5 },
    });
    expect(await failureOf(handle.result())).toMatchObject({ status: 'compensated' });
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
  });
});

describe('27: a lock that is shorter than the job', () => {
  it('a step that takes ten leases runs once', async () => {
    const slow = () => new Promise<void>((resolve) => cluster.clock.schedule(10 * LEASE, resolve));
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge', { does: [slow] })]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    await cluster.process([plan], { worker: { pollMs: 10 } });
    await cluster.clock.advance(11 * LEASE);
    expect(cluster.log).toEqual(['Charge']);
    expect(await cluster.status()).toBe('completed');
  });
});

describe('29: a shutdown leaves its work locked for hours', () => {
  it('what it had begun is resumed at once', async () => {
    const { cluster, plan, anna } = await order({
      Charge: {
        does: [
          ({ signal }) => new Promise((_, no) => signal.addEventListener('abort', no)),
          answers(),
        ],
      },
    });
    const bert = await cluster.process([plan], { worker: { pollMs: 100 } });
    await cluster.clock.until(anna.engine.close());
    await cluster.clock.advance(200);
    expect(await bert.get()).toMatchObject({ status: 'completed' });
    expect(cluster.clock.monotonic()).toBeLessThan(LEASE);
  });
});

describe('30: NUL in a payload or a stack', () => {
  it('the failure itself can be stored, and the saga ends', async () => {
    const error = Object.assign(new Error('bad \0 byte \ud800'), { stack: 'at \0' });
    const { handle, cluster } = await order({ Charge: { does: [() => Promise.reject(error)] } });
    expect(await failureOf(handle.result())).toMatchObject({ status: 'compensated' });
    const stored = JSON.stringify(await cluster.journal.load(ref));
    expect(Buffer.from(stored).toString()).toBe(stored);
    expect(stored).not.toContain('\0');
  });
});

describe('33: owner = host name', () => {
  it('a process that starts again under its name is another owner, and recovers', async () => {
    const { cluster, plan, anna } = await order(diesInCharge);
    anna.crash();
    const again = await cluster.process([plan]);
    await cluster.takeover();
    expect(again.owner).not.toBe(anna.owner);
    expect(anna.owner).not.toContain(hostname());
    expect(await cluster.status()).toBe('completed');
  });
});

describe('34: re-claims that are not counted', () => {
  it('a poison saga is parked after five take-overs, whenever its process dies', async () => {
    const { cluster, plan, anna } = await order({ Charge: { does: [neverAnswers] } });
    anna.crash();
    for (let n = 0; n < 8; n += 1) {
      const process = await cluster.process([plan]);
      await cluster.takeover();
      process.crash();
    }
    expect(cluster.times('Charge')).toHaveLength(6);
    expect(await cluster.status()).toBe('parked');
  });
});

describe('35: one bad row stops everything', () => {
  it('the others are resumed, and the bad one is parked', async () => {
    const { cluster, plan, anna } = await order(diesInCharge);
    await cluster.begun(anna, plan, { id: 'o-2' });
    anna.crash();
    const load = cluster.journal.load.bind(cluster.journal);
    jest.spyOn(cluster.journal, 'load').mockImplementation(async (which) => {
      const stored = await load(which);
      if (stored === undefined || which.id !== 'o-1') return stored;
      return { ...stored, entries: stored.entries.map((entry) => ({ ...entry, head: '{' })) };
    });
    await cluster.process([plan]);
    await cluster.takeover();
    expect([await cluster.status('o-1'), await cluster.status('o-2')]).toEqual([
      'parked',
      'completed',
    ]);
  });
});

describe('36: a half-open connection leaves the listener deaf for ever', () => {
  it('nothing is listened to: who hangs once looks again, and takes over', async () => {
    const { cluster, plan, anna } = await order(diesInCharge);
    const bert = await cluster.process([plan]);
    // The journal's own limit ends the call that hangs: `statementTimeoutMs` on Postgres.
    bert.fault = (method) => {
      if (method === 'claim') throw new SagaJournalError('no answer in time');
    };
    anna.crash();
    await cluster.takeover();
    bert.fault = () => undefined;
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
  });
});
