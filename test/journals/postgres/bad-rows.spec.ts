import { Client } from 'pg';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { describeBadActs } from '../describe-bad-acts.js';
import { describeBadRows, type DamagedStore } from '../describe-bad-rows.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();

async function newStore(): Promise<DamagedStore> {
  const schema = await store.emptySchema();
  return {
    journal: () => postgresJournal({ connectionString: store.server.url, schema }),
    seq: 'first_seq',
    second: 2,
    sql: async (text, values = []) => {
      const client = new Client({ connectionString: store.server.url });
      await client.connect();
      try {
        await client.query(`SET search_path = "${schema}"`);
        await client.query(text, [...values]);
      } finally {
        await client.end();
      }
    },
  };
}

describe('bad rows in a Postgres schema', () => {
  describeBadRows(newStore);
  describeBadActs(newStore);
});
