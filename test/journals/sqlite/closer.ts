// Opens a journal in a worker thread and closes it, with nothing else that keeps the process.
import { sqliteJournal } from '../../../lib/journals/sqlite/index.js';

const [file = ''] = process.argv.slice(2);
const journal = sqliteJournal({ file, thread: 'worker' });
void journal
  .open()
  .then(() => journal.close())
  .then(() => process.stdout.write('closed\n'));
