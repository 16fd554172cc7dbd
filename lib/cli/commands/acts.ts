import { readFile } from 'node:fs/promises';
import { messageOf } from '../../core/ports/index.js';
import { jsonCodec, type SagaAct, type SagaRef } from '../../core/index.js';
import { checkedRef, type Call } from '../call.js';
import type { Command, Options } from '../command.js';
import { CliError } from '../exit.js';
import { CODEC, WAIT, WHY } from '../options.js';
import { ask } from '../requested.js';

function act(name: string, summary: string, asked: SagaAct): Command {
  return {
    ...{ name, summary, args: ['<name>', '<id>'] },
    options: { ...WHY, ...WAIT },
    run: (call) => ask(call, asked),
  };
}

const from: Options = { from: { type: 'string', value: '<label>', help: 'from this step on' } };

const resume: Command = {
  ...{ name: 'resume', args: ['<name>', '<id>'] },
  summary: 'go forward again with one that was parked on its way',
  options: { ...from, ...WHY, ...WAIT },
  run(call) {
    const label = call.text('from');
    return ask(call, { act: 'resume', ...(label === undefined ? {} : { label }) });
  },
};

const MARKS = {
  done: 'mark-done',
  'not-done': 'mark-not-done',
  undone: 'mark-compensated',
} as const;

/** `@file.json`, `@-` for the standard input, or the JSON itself. @throws CliError */
async function resultOf(given: string): Promise<unknown> {
  const file = given.startsWith('@') ? given.slice(1) : undefined;
  let text = given;
  try {
    if (file !== undefined) text = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(`--result must be JSON, or @ and a file of it: ${messageOf(error)}`);
  }
}

/** In clear text a result would tell what a codec hides in all the others. @throws CliError */
async function refuseClear(call: Call, ref: SagaRef): Promise<void> {
  const journal = await call.journal();
  const stored = await journal.load(checkedRef(ref));
  if (stored === undefined) return;
  const entries = stored.entries.flatMap(({ result, context }) => [result, context]);
  try {
    for (const text of [stored.row.input, ...entries]) if (text !== null) jsonCodec.decode(text);
  } catch {
    throw new CliError('Another codec keeps what this saga has: give it by --codec');
  }
}

const mark: Command = {
  name: 'mark',
  args: ['<done|not-done|undone>', '<name>', '<id>', '<label>'],
  summary: 'say what is true of a step of a parked saga, and go on',
  options: {
    result: { type: 'string', value: '<@file|json>', help: 'of a step that is done' },
    ...WHY,
    ...WAIT,
    ...CODEC,
  },
  async run(call) {
    const [how = '', name = '', id = '', label = ''] = call.args;
    if (!Object.hasOwn(MARKS, how))
      throw new CliError(`A step is marked as done, not-done or undone (got '${how}')`);
    const marked = MARKS[how as keyof typeof MARKS];
    const given = call.text('result');
    if (given !== undefined && marked !== 'mark-done')
      throw new CliError('--result is for a step that is done');
    const result = given === undefined ? {} : { result: await resultOf(given) };
    const ref = { application: call.application, name, id };
    if (given !== undefined && call.text('codec') === undefined) await refuseClear(call, ref);
    return ask(call, { act: marked, label, ...result }, ref);
  },
};

export const acts: readonly Command[] = [
  act('cancel', 'stop a saga, and undo what it has done', { act: 'cancel' }),
  resume,
  act('retry-undos', 'go on undoing one that was parked meanwhile', { act: 'retry-compensation' }),
  mark,
  act('terminate', 'stop a saga where it is, with nothing undone', { act: 'terminate' }),
  act('forget', 'delete a saga at rest; the audit stays', { act: 'forget' }),
];
