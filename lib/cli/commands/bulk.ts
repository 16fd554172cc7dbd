import { MAX_DRY_RUN, type DryRun, type SagaFilter, type SagaSummary } from '../../core/index.js';
import {
  BULK_ACTS,
  isBulkAct,
  leaveRequests,
  summaryOf,
  type BulkAct,
} from '../../core/engine/index.js';
import type { Call } from '../call.js';
import type { Command } from '../command.js';
import { CliError, EXIT, lineOf, type Exit } from '../exit.js';
import { filterOf } from '../filter.js';
import { FILTER, WHY } from '../options.js';
import type { Output } from '../output.js';
import { pagesOf } from '../pages.js';
import { ROW_HEAD, rowCells, statusCell } from '../rows.js';

async function showDryRun(out: Output, { sagas, isCapped, groups, first }: DryRun): Promise<void> {
  const count = `${isCapped ? 'more than ' : ''}${sagas}`;
  if (out.isJson) return out.json({ sagas, isCapped, groups, first: first.map(summaryOf) });
  await out.line({ text: `${count} sagas`, style: 'bold' });
  for (const group of groups) {
    const why = group.parkReason === null ? '' : `: ${group.parkReason}`;
    await out.line('  ', `${group.sagas}  `, statusCell(group.status), why);
  }
  const now = Date.now();
  await out.table(
    ROW_HEAD,
    first.map((row) => rowCells(summaryOf(row), now, out.isUtc)),
  );
}

/** All of them are left before the first one is told: whoever reads may have enough. */
async function leave(call: Call, filter: SagaFilter, act: BulkAct): Promise<Exit> {
  const { why, io, out } = call;
  const journal = await call.journal();
  const refs: SagaSummary[] = [];
  for await (const sagas of pagesOf(journal, filter, MAX_DRY_RUN + 1)) refs.push(...sagas);
  if (refs.length > MAX_DRY_RUN)
    throw new CliError(`More than ${MAX_DRY_RUN} sagas fit: narrow the filter, and do it in parts`);
  const left = await leaveRequests(await call.desk(), refs, act, why, io.signal);
  const { bulk: own, requests, failures, unreached } = left;
  for (const { error } of failures) await out.note(lineOf(error));
  if (unreached > 0)
    await out.note(
      `Stopped: requests for ${requests.length} of ${refs.length} sagas stand, and none for the others.`,
    );
  if (out.isJson) for (const one of requests) await out.json(one);
  else await out.line(`${requests.length} requests`);
  if (requests.length > 0)
    await out.note(
      `They wait for processes that know the sagas; 'saga requests --bulk ${own}' tells, 'saga withdraw --bulk ${own}' takes back.`,
    );
  return requests.length === refs.length ? EXIT.done : EXIT.failed;
}

export const bulk: Command = {
  name: 'bulk',
  args: [`<${Object.keys(BULK_ACTS).join('|')}>`],
  summary:
    'one act for all sagas of a filter: first what it would concern, with --yes a request each',
  options: {
    ...FILTER,
    'dry-run': { type: 'boolean', help: 'only say what it would concern, as without --yes' },
    yes: { type: 'boolean', help: 'leave the requests' },
    ...WHY,
  },
  async run(call) {
    const [name = ''] = call.args;
    if (!isBulkAct(name))
      throw new CliError(`bulk takes ${Object.keys(BULK_ACTS).join(', ')} (got '${name}')`);
    const filter = filterOf(call);
    if (Object.keys(filter).length < 2)
      throw new CliError(
        'bulk needs a filter: --name, --status, --park-reason, --tag, --key or --since',
      );
    if (call.flag('yes') && call.flag('dry-run'))
      throw new CliError('--yes and --dry-run are opposites: give one');
    if (!call.flag('yes')) {
      await showDryRun(call.out, await (await call.insight()).dryRun(filter));
      await call.out.note(`Nothing was done; --yes leaves a request to ${name} for each of them.`);
      return EXIT.done;
    }
    return leave(call, filter, name);
  },
};
