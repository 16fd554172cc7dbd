import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import { checkServer } from './server-statistics.mjs';

/** The same saga as a DBOS workflow: its steps are steps of DBOS, and so are its undos. */
function register(ledger) {
  const steps = [
    ['createOrder', 'cancelOrder', 1],
    ['reserveStock', 'releaseStock', 2],
    ['chargeCard', 'refundCard', 3],
  ];
  const act = async (label, { order, declined }, result) => {
    if (label === 'chargeCard' && declined) throw new Error('card declined');
    ledger.act(order);
    return result;
  };
  const placeOrder = async (order) => {
    const undos = [];
    try {
      for (const [label, undo, result] of steps) {
        await DBOS.runStep(() => act(label, order, result), { name: label });
        undos.push(undo);
      }
      return true;
    } catch (error) {
      for (const name of undos.reverse()) {
        await DBOS.runStep(async () => ledger.undo(order.order), { name });
      }
      throw error;
    }
  };
  return DBOS.registerWorkflow(placeOrder, { name: 'placeOrder' });
}

const nothing = () => undefined;
const QUIET = { info: nothing, debug: nothing, warn: nothing, error: nothing };

async function count(url, status) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const text = 'SELECT count(*) AS n FROM dbos.workflow_status WHERE status = $1';
    return Number((await client.query(text, [status])).rows[0].n);
  } finally {
    await client.end();
  }
}

export async function startDbos(config, ledger) {
  const placeOrder = register(ledger);
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: config.url,
    applicationVersion: '1',
    // It logs the stack of every step that fails.
    logger: QUIET,
  });
  await DBOS.launch();
  const before = {
    SUCCESS: await count(config.url, 'SUCCESS'),
    ERROR: await count(config.url, 'ERROR'),
  };
  return {
    async run() {
      const order = ledger.open(config.declined);
      try {
        await placeOrder(order);
      } catch (error) {
        if (!config.declined || error.message !== 'card declined') throw error;
      }
    },
    ended: async (status) => (await count(config.url, status)) - before[status],
    completed: 'SUCCESS',
    failed: 'ERROR',
    checkDurability: () => checkServer(config.url),
    close: () => DBOS.shutdown(),
  };
}
