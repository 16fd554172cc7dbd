import { postgresJournalSql } from '../../journals/postgres/index.js';
import type { Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { addressOf, targetOf } from '../target.js';

export const migrate: Command = {
  name: 'migrate',
  args: [],
  summary: 'make the tables, or bring them up to date',
  options: {
    check: { type: 'boolean', help: 'change nothing; exit code 3 unless they are up to date' },
    sql: {
      type: 'boolean',
      help: 'print the SQL instead, for a migration tool of yours (Postgres)',
    },
    from: { type: 'string', value: '<version>', help: 'with --sql: the version that is there (0)' },
  },
  async run(call) {
    const target = targetOf(addressOf(call.text('journal'), call.io.env));
    if (call.flag('sql')) {
      if (target.store === 'sqlite')
        throw new CliError('--sql is for Postgres: a SQLite file is migrated by whoever opens it');
      const from = Number(call.text('from') ?? 0);
      await call.out.lines(postgresJournalSql({ schema: target.schema, from }));
      return EXIT.done;
    }
    const journal = await call.journal(call.flag('check') ? 'off' : 'auto');
    await call.out.line(`${journal.description} is up to date`);
    return EXIT.done;
  },
};
