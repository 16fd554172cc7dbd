import type { AuditFilter, OperatorAct, RequestFilter, SagaRequest } from '../../core/index.js';
import { withoutUndefined } from '../../core/definition/index.js';
import type { Command, Options } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { FILTER, LIMIT, WHY } from '../options.js';
import type { Cell } from '../output.js';
import { statusCell } from '../rows.js';
import { shownTime } from '../text.js';

const OF: Options = {
  name: FILTER['name']!,
  id: { type: 'string', value: '<id>', help: 'of the saga with this id' },
};

/** What a journal lists in one go. */
const PAGE = 1_000;

/** `page` by page, until there are so many. */
async function allOf<T>(
  limit: number,
  page: (limit: number, cursor?: string) => Promise<readonly [readonly T[], string | undefined]>,
): Promise<readonly T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const [some, next] = await page(Math.min(PAGE, limit - all.length), cursor);
    all.push(...some);
    cursor = next;
  } while (cursor !== undefined && all.length < limit);
  return all;
}

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
    ...[one.name, one.id, one.by, one.reason, one.message ?? ''],
  ];
}

export const requests: Command = {
  name: 'requests',
  args: ['[<request>]'],
  summary: 'what operators have asked for, and what became of it',
  options: {
    ...OF,
    open: { type: 'boolean', help: 'those that have not ended' },
    ...LIMIT,
  },
  async run(call) {
    const { out } = call;
    const [request] = call.args;
    const filter = withoutUndefined({
      request,
      ...{ name: call.text('name'), id: call.text('id') },
      open: call.flag('open') || undefined,
    }) as RequestFilter;
    const limit = call.count('limit', 50);
    const desk = await call.desk();
    const found = await allOf(limit, async (most, cursor) => {
      const page = await desk.requests({ ...filter, limit: most, ...(cursor && { cursor }) });
      return [page.requests, page.nextCursor];
    });
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

export const withdraw: Command = {
  name: 'withdraw',
  args: ['<request>'],
  summary: 'take back a request that nobody has taken yet',
  options: WHY,
  async run(call) {
    const { why } = call;
    const [request = ''] = call.args;
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
    const found = await allOf(limit, async (most, cursor) => {
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
