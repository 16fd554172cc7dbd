import {
  MAX_DRY_RUN,
  type DryRun,
  type SagaAct,
  type SagaFilter,
  type SagaRequest,
} from '../../core/index.js';
import { summaryOf } from '../../core/engine/index.js';
import type { Call } from '../call.js';
import type { Command } from '../command.js';
import { CliError, EXIT, lineOf, type Exit } from '../exit.js';
import { filterOf } from '../filter.js';
import { FILTER, WHY } from '../options.js';
import type { Output } from '../output.js';
import { ROW_HEAD, rowCells, statusCell } from '../rows.js';
import { pagesOf } from './list.js';

/** What makes sense for many at once: nobody knows of a thousand steps whether they took place. */
const ACTS: Readonly<Record<string, SagaAct>> = {
  cancel: { act: 'cancel' },
  resume: { act: 'resume' },
  'retry-undos': { act: 'retry-compensation' },
  forget: { act: 'forget' },
};

/** So many requests are written at a time. */
const AT_ONCE = 100;

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

/**
 * A request for each, all of them collected before the first one changes what the filter finds, and all of them left
 * before the first one is told: whoever reads may have enough.
 */
async function leaveRequests(call: Call, filter: SagaFilter, act: SagaAct): Promise<Exit> {
  const { why, io, out } = call;
  const journal = await call.journal();
  const desk = await call.desk();
  const refs: { readonly name: string; readonly id: string }[] = [];
  for await (const sagas of pagesOf(journal, filter, MAX_DRY_RUN + 1))
    refs.push(...sagas.map(({ name, id }) => ({ name, id })));
  if (refs.length > MAX_DRY_RUN)
    throw new CliError(`More than ${MAX_DRY_RUN} sagas fit: narrow the filter, and do it in parts`);
  const { signal } = io;
  const left: SagaRequest[] = [];
  let at = 0;
  for (; at < refs.length && !signal.aborted; at += AT_ONCE) {
    const some = refs.slice(at, at + AT_ONCE);
    const asked = await Promise.allSettled(some.map((ref) => desk.request(ref, act, why)));
    for (const one of asked) {
      if (one.status === 'fulfilled') left.push(one.value);
      else await out.note(lineOf(one.reason));
    }
  }
  if (at < refs.length)
    await out.note(
      `Stopped: requests for ${left.length} of ${refs.length} sagas stand, and none for the others.`,
    );
  if (out.isJson) for (const one of left) await out.json(one);
  else await out.line(`${left.length} requests`);
  return left.length === refs.length ? EXIT.done : EXIT.failed;
}

export const bulk: Command = {
  name: 'bulk',
  args: [`<${Object.keys(ACTS).join('|')}>`],
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
    const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
    if (act === undefined)
      throw new CliError(`bulk takes ${Object.keys(ACTS).join(', ')} (got '${name}')`);
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
    const exit = await leaveRequests(call, filter, act);
    await call.out.note(
      "They wait for processes that know the sagas; 'saga requests --open' tells.",
    );
    return exit;
  },
};
