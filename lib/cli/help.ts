import type { Command, Options } from './command.js';
import { COMMANDS } from './commands/index.js';
import { COMMON } from './options.js';

export function usageOf({ name, args }: Command): string {
  return ['saga', name, ...args].join(' ');
}

function optionLines(options: Options): readonly string[] {
  const named = Object.entries(options).map(
    ([name, { value = '', help }]) => [`--${name} ${value}`.trimEnd(), help] as const,
  );
  const width = Math.max(...named.map(([name]) => name.length));
  return named.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`);
}

export function helpOf(command: Command): string {
  const own =
    Object.keys(command.options).length === 0 ? [] : [...optionLines(command.options), ''];
  return [
    `${usageOf(command)}`,
    '',
    `  ${command.summary}`,
    '',
    ...own,
    ...optionLines(COMMON),
  ].join('\n');
}

export function wholeHelp(): string {
  const width = Math.max(...COMMANDS.map((one) => usageOf(one).length));
  return [
    'saga: see and operate sagas, by the journal that they are kept in',
    '',
    ...COMMANDS.map((one) => `  ${usageOf(one).padEnd(width)}  ${one.summary}`),
    '',
    ...optionLines(COMMON),
    '',
    "'saga <command> --help' tells the options of a command.",
  ].join('\n');
}
