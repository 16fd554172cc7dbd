import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { describeDeploys } from '../describe-deploys.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();

describe('deploys and wrong clocks over Postgres', () => {
  describeDeploys(() => {
    const schema = store.schema();
    return () => postgresJournal({ connectionString: store.server.url, schema });
  });
});
