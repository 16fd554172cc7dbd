import { journalContract } from 'nestjs-saga-orchestrator/testing';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();

describe('the Postgres journal', () => {
  it.each(journalContract)('$name', (it) => it.run(() => store.harness(it)));
});
