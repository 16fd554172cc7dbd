import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { describeNames } from '../../engines/in-process/describe-names.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();

describe('names in Postgres', () => {
  describeNames(() =>
    postgresJournal({ connectionString: store.server.url, schema: store.schema() }),
  );
});
