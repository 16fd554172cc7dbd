import type { AuditFilter, OperatorAct, RequestFilter, SagaRequest } from '../../core/index.js';
import { withoutUndefined } from '../../core/definition/index.js';
import { withdrawBulk } from '../../core/engine/index.js';
import type { Call } from '../call.js';
import type { Command, Options } from '../command.js';
import { CliError, EXIT, type Exit } from '../exit.js';
import { FILTER, LIMIT, WHY } from '../options.js';
import type { Cell } from '../output.js';
import { requestsOf, upTo } from '../pages.js';
import { statusCell } from '../rows.js';
import { shownTime } from '../text.js';

const BULK: Options = {
  bulk: { type: 'string', value: '<bulk>', help: 'those of this bulk act' },
};

const OF: Options = {
  name: FILTER['name']!,
  id: { type: 'string', value: '<id>', help: 'of the saga with this id' },
};

function whatOf({
  act,
  label,
}: {
  readonly act: string;
  readonly label: string | undefined;
}): string {
  return label === undefined ? act : `${act} ${label}`;
}

function requestCells(one: SagaRequest, isUtc: boolean): readonly Cell[] {
  const open = one.takenBy === undefined ? 'open' : 'in hand';
  return [
    statusCell(one.outcome ?? open),
    one.request,
    shownTime(one.createdAt, isUtc),
    whatOf(one),
    ...[one.name, one.id, one.by, one.reason, one.bulk ?? '', one.message ?? ''],
  ];
}

export const requests: Command = {
  name: 'requests',
  args: ['[<request>]'],
  summary: 'what operators have asked for, and what became of it',
  options: {
    ...OF,
    ...BULK,
    open: { type: 'boolean', help: 'those that have not ended' },
    ...LIMIT,
  },
  async run(call) {
    const { out } = call;
    const [request] = call.args;
    const filter = withoutUndefined({
      request,
      ...{ name: call.text('name'), id: call.text('id'), bulk: call.text('bulk') },
      open: call.flag('open') || undefined,
    }) as RequestFilter;
    const limit = call.count('limit', 50);
    const desk = await call.desk();
    const found = await requestsOf(desk, filter, limit);
    if (request !== undefined && found.length === 0)
      throw new CliError(`No request '${request}' is known${call.whose}`, EXIT.notFound);
    if (out.isJson) for (const one of found) await out.json(one);
    else if (found.length === 0) await out.note(`No such requests${call.whose}.`);
    else {
      const head = [
        'outcome',
        'request',
        'created',
        'act',
        'saga',
        'id',
        'by',
        'reason',
        'bulk',
        'message',
      ];
      await out.table(
        head,
        found.map((one) => requestCells(one, out.isUtc)),
      );
    }
    return EXIT.done;
  },
};

/** All of a bulk act that nobody has taken; what is under way, and what is done, stays. */
async function withdrawAll(call: Call, bulk: string): Promise<Exit> {
  const { why, io, out } = call;
  const desk = await call.desk();
  if ((await desk.requests({ bulk, limit: 1 })).requests.length === 0)
    throw new CliError(`No bulk act '${bulk}' is known${call.whose}`, EXIT.notFound);
  const { withdrawn, inHand, isStopped } = await withdrawBulk(desk, bulk, why, io);
  if (out.isJson) await out.json({ bulk, withdrawn, inHand });
  else await out.line(`${withdrawn} requests: withdrawn`);
  if (inHand > 0) await out.note(`${inHand} had been taken, and are carried out.`);
  if (isStopped) await out.note('Stopped: the others are still open.');
  return isStopped ? EXIT.failed : EXIT.done;
}

export const withdraw: Command = {
  name: 'withdraw',
  args: ['[<request>]'],
  summary: 'take back a request that nobody has taken yet, or with --bulk all of a bulk act',
  options: { ...BULK, ...WHY },
  async run(call) {
    const { why } = call;
    const [request] = call.args;
    const bulk = call.text('bulk');
    if ((request === undefined) === (bulk === undefined))
      throw new CliError('withdraw takes a request, or --bulk with all of a bulk act');
    if (request === undefined) return withdrawAll(call, bulk as string);
    await (await call.desk()).withdraw(request, why);
    if (call.out.isJson) await call.out.json({ request, outcome: 'withdrawn' });
    else await call.out.line(`request ${request}: withdrawn`);
    return EXIT.done;
  },
};

export const audit: Command = {
  name: 'audit',
  args: [],
  summary: 'who did what to which saga, and why; also of sagas that are gone',
  options: {
    ...OF,
    by: { type: 'string', value: '<who>', help: 'what this one did' },
    act: { type: 'string', value: '<act>', help: 'only this act: cancel, resume, mark-done, …' },
    since: { type: 'string', value: '<time>', help: 'since then: 24h, 7d, or a date' },
    ...LIMIT,
  },
  async run(call) {
    const { out } = call;
    const filter = withoutUndefined({
      ...{ name: call.text('name'), id: call.text('id'), by: call.text('by') },
      act: call.text('act') as OperatorAct | undefined,
      after: call.since,
    }) as AuditFilter;
    const limit = call.count('limit', 50);
    const desk = await call.desk();
    const found = await upTo(limit, async (most, cursor) => {
      const page = await desk.audit({ ...filter, limit: most, ...(cursor && { cursor }) });
      return [page.entries, page.nextCursor];
    });
    if (out.isJson) for (const one of found) await out.json(one);
    else if (found.length === 0) await out.note(`No such acts${call.whose}.`);
    else {
      const head = ['time', 'outcome', 'act', 'saga', 'id', 'by', 'origin', 'reason', 'message'];
      const cells = found.map((one) => [
        shownTime(one.at, out.isUtc),
        statusCell(one.outcome),
        whatOf(one),
        ...[one.name, one.id, one.by, one.origin, one.reason, one.message ?? ''],
      ]);
      await out.table(head, cells);
    }
    return EXIT.done;
  },
};
