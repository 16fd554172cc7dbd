import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { filterOf } from '../filter.js';
import { FILTER, LIMIT } from '../options.js';
import { pagesOf } from '../pages.js';
import { ROW_HEAD, rowCells } from '../rows.js';

export const list: Command = {
  name: 'list',
  args: [],
  summary: 'sagas, the newest first',
  options: {
    ...FILTER,
    reason: { type: 'string', multiple: true, value: '<reason>', help: 'as --park-reason' },
    ...LIMIT,
  },
  async run(call) {
    const { out } = call;
    const filter = filterOf(call, call.list('reason'));
    const limit = call.count('limit', 50);
    const journal = await call.journal();
    let shown = 0;
    for await (const sagas of pagesOf(journal, filter, limit)) {
      if (out.isJson) for (const saga of sagas) await out.json(saga);
      else if (sagas.length > 0) {
        const now = Date.now();
        await out.table(
          ROW_HEAD,
          sagas.map((saga) => rowCells(saga, now, out.isUtc)),
        );
      }
      shown += sagas.length;
    }
    if (shown === 0) await out.note(`No such sagas${call.whose}.`);
    else if (shown === limit) await out.note(`The newest ${limit}; --limit shows more.`);
    return EXIT.done;
  },
};
