import type { CountQuery, SagaCount, SagaStatus } from '../../core/index.js';
import { withoutUndefined } from '../../core/definition/index.js';
import type { Command } from '../command.js';
import { CliError, EXIT } from '../exit.js';
import { FILTER } from '../options.js';
import { statusCell } from '../rows.js';

/** By what sagas are counted, and what a count has of it. */
const BY = {
  name: ({ name }: SagaCount) => name,
  status: ({ status }: SagaCount) => status,
  reason: ({ parkReason }: SagaCount) => parkReason ?? '',
} as const;

type By = keyof typeof BY;

function byOf(text: string): readonly By[] {
  const words = text.split(',').map((word) => word.trim());
  const known = words.filter((word): word is By => Object.hasOwn(BY, word));
  if (known.length === words.length && known.length > 0) return [...new Set(known)];
  throw new CliError(
    `--by must be of name, status and reason, with commas between (got '${text}')`,
  );
}

export const count: Command = {
  name: 'count',
  args: [],
  summary: 'how many sagas there are',
  options: {
    by: { type: 'string', value: '<what>', help: 'of name, status, reason (name,status)' },
    ...{ name: FILTER['name']!, status: FILTER['status']!, since: FILTER['since']! },
  },
  async run(call) {
    const { out } = call;
    const by = byOf(call.text('by') ?? 'name,status');
    const name = call.text('name');
    const status = call.list('status') as readonly SagaStatus[];
    const query = withoutUndefined({
      names: name === undefined ? undefined : [name],
      status: status.length === 0 ? undefined : status,
      createdAfter: call.since,
    }) as CountQuery;
    const insight = await call.insight();
    const groups = new Map<string, { readonly words: readonly string[]; sagas: number }>();
    for (const one of await insight.counts(query)) {
      const words = by.map((word) => BY[word](one));
      const key = JSON.stringify(words);
      const group = groups.get(key) ?? { words, sagas: 0 };
      group.sagas += one.sagas;
      groups.set(key, group);
    }
    const sorted = [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
    const all = sorted.map(([, group]) => group);
    if (out.isJson) {
      for (const { words, sagas } of all)
        await out.json({ ...Object.fromEntries(by.map((word, at) => [word, words[at]])), sagas });
      return EXIT.done;
    }
    const cells = all.map(({ words, sagas }) => [...words.map(statusCell), `${sagas}`]);
    if (all.length === 0) await out.note(`No such sagas${call.whose}.`);
    else await out.table([...by, 'sagas'], cells);
    return EXIT.done;
  },
};
