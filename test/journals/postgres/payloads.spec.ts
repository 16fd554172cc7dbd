import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { describePayloads } from '../../engines/in-process/runs/describe-payloads.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();

describe('payloads in Postgres', () => {
  describePayloads(() =>
    postgresJournal({ connectionString: store.server.url, schema: store.schema() }),
  );
});
