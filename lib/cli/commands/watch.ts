import { setTimeout as sleep } from 'node:timers/promises';
import { detailsOf, summaryOf } from '../../core/engine/index.js';
import { checkedRef, unknownSaga, type Call } from '../call.js';
import type { Command } from '../command.js';
import { EXIT, type Exit } from '../exit.js';
import { CODEC } from '../options.js';
import { rowCells } from '../rows.js';
import { eventCells } from '../timeline.js';

const POLL_MS = 500;

/** `false`: Ctrl-C. */
async function pause(signal: AbortSignal): Promise<boolean> {
  return sleep(POLL_MS, undefined, { signal }).then(
    () => true,
    () => false,
  );
}

/** One saga, until it is at rest. */
async function watchOne(call: Call): Promise<Exit> {
  const { out } = call;
  const { signal } = call.io;
  const ref = checkedRef(call.ref);
  const journal = await call.journal();
  const codec = await call.codec();
  let seen = 0;
  do {
    const stored = await journal.load(ref);
    if (stored === undefined) throw unknownSaga(ref, call.whose);
    const { status, timeline } = detailsOf(stored, codec);
    const from = timeline[0]?.at ?? 0;
    for (const event of timeline.slice(seen)) {
      if (out.isJson) await out.json(event);
      else await out.line(...eventCells(event, from, out.isUtc).flatMap((cell) => [cell, '  ']));
    }
    seen = timeline.length;
    if (status === 'parked') return EXIT.parked;
    if (status === 'completed' || status === 'compensated') return EXIT.done;
  } while (await pause(signal));
  return EXIT.done;
}

/** All sagas of a name, until Ctrl-C: a line whenever one has changed. */
async function watchAll(call: Call, name: string): Promise<Exit> {
  const { out } = call;
  const { signal } = call.io;
  const journal = await call.journal();
  const insight = await call.insight();
  let { cursor } = await insight.changes({ names: [name] });
  const told = new Map<string, string>();
  while (await pause(signal)) {
    const changes = await insight.changes({ names: [name], cursor });
    cursor = changes.cursor;
    for (const ref of [...changes.refs].reverse()) {
      const row = await journal.get(ref);
      // One may be told again by the next answer.
      const state = row && `${row.status} ${row.updatedAt}`;
      if (row === undefined || state === undefined || told.get(ref.id) === state) continue;
      told.set(ref.id, state);
      const saga = summaryOf(row);
      if (out.isJson) await out.json(saga);
      else await out.line(...rowCells(saga, Date.now(), out.isUtc).flatMap((cell) => [cell, '  ']));
    }
    if (changes.isPartial)
      await out.note("More has changed than is told here; 'saga list' shows all of it.");
    // What rests long since is told no more.
    if (told.size > 10_000) told.clear();
  }
  return EXIT.done;
}

export const watch: Command = {
  name: 'watch',
  args: ['<name>', '[<id>]'],
  summary: 'what happens to one saga until it is at rest, or to all of a name',
  options: CODEC,
  run(call) {
    const [name = '', id] = call.args;
    return id === undefined ? watchAll(call, name) : watchOne(call);
  },
};
