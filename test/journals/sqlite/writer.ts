// Run as a process of its own: <file> <owner> <sagas> <appends, 0: until it is killed> <thread>.
// Says `ready`, then `created <id>` and `appended <id> <last seq>` for whatever was acknowledged.
import type { JournalEntry } from '../../../lib/core/index.js';
import { sqliteJournal } from '../../../lib/journals/sqlite/index.js';

const [, , file = '', owner = '', sagas = '1', appends = '0', thread = 'main'] = process.argv;

function say(line: string): void {
  // Waits for room in the pipe, which a bare write of the descriptor does not.
  process.stdout.write(`${line}\n`);
}

function entryOf(seq: number): JournalEntry {
  const result = JSON.stringify({ owner, seq, filling: 'x'.repeat((seq * 37) % 900) });
  return { seq, at: Date.now(), epoch: 1, head: `{"type":"done"}`, result, context: null };
}

async function main(): Promise<void> {
  const journal = sqliteJournal({ file, thread: thread === 'worker' ? 'worker' : 'main' });
  await journal.open();
  await journal.heartbeat(owner, 1);
  say('ready');
  const work = Array.from({ length: Number(sagas) }, async (_, index) => {
    const id = `${owner}-${index}`;
    await journal.create({
      ...{ name: 'T', id, version: 1, fingerprint: 'f', status: 'running', key: null },
      ...{ tags: { by: owner }, deadline: null, input: '{}', owner },
      entries: [entryOf(1), entryOf(2), entryOf(3)],
    });
    say(`created ${id}`);
    const last = Number(appends) === 0 ? Infinity : 3 + 2 * Number(appends);
    for (let seq = 4; seq < last; seq += 2) {
      const entries = [entryOf(seq), entryOf(seq + 1)];
      const ref = { name: 'T', id };
      await journal.append({ ref, owner, epoch: 1, entries, status: 'running', progress: true });
      say(`appended ${id} ${seq + 1}`);
    }
  });
  await Promise.all(work);
  const claimed = await journal.claim({ owner, names: ['Orphan'], limit: 1_000 });
  for (const { id } of claimed) say(`claimed ${id}`);
  await journal.close();
}

void main();
