import { SagaJournalError } from 'nestjs-saga-orchestrator/core';
import { settle } from '../../../support/manual-clock.js';
import { gate, JournaledShop } from '../journaled-shop.js';
import { Cluster, LEASE } from '../cluster.js';

async function running() {
  const cluster = new Cluster();
  const { does, open } = gate();
  const plan = cluster.plan([cluster.step('Charge', { does: [does] })]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  return { cluster, anna, open, health: () => anna.engine.health() };
}

describe('the health of a process', () => {
  it('tells its name, its lease and what it works on', async () => {
    const { cluster, anna, open, health } = await running();
    const fresh = { owner: anna.owner, draining: false, leaseLeftMs: LEASE };
    expect(health()).toEqual({ ...fresh, activeRuns: 1 });
    await cluster.clock.advance(1_000);
    expect(health().leaseLeftMs).toBe(LEASE - 1_000);
    await cluster.clock.advance(LEASE);
    expect(health().leaseLeftMs).toBeGreaterThan(LEASE / 2);
    open();
    await settle();
    expect(health().activeRuns).toBe(0);
  });

  it('tells why the last heartbeat failed, until one succeeds, and that the lease has ended', async () => {
    const { cluster, anna, health } = await running();
    const away = new SagaJournalError('connection refused');
    anna.fault = (method) => {
      if (method === 'heartbeat') throw away;
    };
    await cluster.clock.advance(LEASE / 2);
    expect(health()).toMatchObject({ heartbeatError: away, activeRuns: 1 });
    expect(health().leaseLeftMs).toBeGreaterThan(0);
    await cluster.clock.advance(LEASE);
    expect(health()).toMatchObject({ heartbeatError: away, leaseLeftMs: 0 });
    anna.fault = () => undefined;
    await cluster.clock.advance(LEASE);
    expect(health()).not.toHaveProperty('heartbeatError');
    expect(health().leaseLeftMs).toBeGreaterThan(0);
  });

  it('tells of a shutdown from its beginning on; in the end it owns nothing', async () => {
    const { cluster, anna, open, health } = await running();
    const closed = anna.engine.close();
    expect(health()).toMatchObject({ draining: true, activeRuns: 1, leaseLeftMs: LEASE });
    open();
    await cluster.clock.until(closed);
    expect(health()).toMatchObject({ draining: true, activeRuns: 0, leaseLeftMs: 0 });
  });

  it('can be asked before anything was opened', () => {
    const health = new JournaledShop().engine.health();
    expect(health).toMatchObject({ activeRuns: 0, draining: false, leaseLeftMs: 0 });
  });
});
