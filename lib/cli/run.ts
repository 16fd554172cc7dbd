import { parseArgs } from 'node:util';
import { PACKAGE_VERSION } from '../core/ports/index.js';
import { Call, type Values } from './call.js';
import type { Command } from './command.js';
import { COMMANDS } from './commands/index.js';
import { CliError, exitOf, EXIT, lineOf, type Exit } from './exit.js';
import { helpOf, usageOf, wholeHelp } from './help.js';
import { COMMON } from './options.js';
import { Output, type Io } from './output.js';

interface Parsed {
  readonly args: readonly string[];
  readonly values: Values;
}

/** The command that these words begin with, and how many of them it is. */
function commandOf(words: readonly string[]): readonly [Command, number] {
  for (const command of COMMANDS) {
    const own = command.name.split(' ');
    if (own.every((word, at) => words[at] === word)) return [command, own.length];
  }
  const known = COMMANDS.map(({ name }) => name).join(', ');
  const [first = ''] = words;
  throw new CliError(`'${first}' is no command; there are ${known}`);
}

/** @throws CliError for what the command does not take */
function parsed(command: Command, given: readonly string[]): Parsed {
  const options = { ...command.options, ...COMMON };
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    strict: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, multiple = false }]) => [
        name,
        { type, multiple },
      ]),
    ),
  });
  if (values['help'] === true) return { args: [], values: values as Values };
  const least = command.args.filter((arg) => !arg.startsWith('[')).length;
  if (positionals.length < least || positionals.length > command.args.length) {
    throw new CliError(
      `It is called as '${usageOf(command)}' (got ${positionals.length} of these)`,
    );
  }
  return { args: positionals, values: values as Values };
}

async function carryOut(argv: readonly string[], io: Io): Promise<Exit> {
  const [first] = argv;
  const plainOut = new Output(io, false, false);
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    await plainOut.lines(argv.length > 1 ? helpOf(commandOf(argv.slice(1))[0]) : wholeHelp());
    return first === undefined ? EXIT.usage : EXIT.done;
  }
  if (first === '--version' || first === '-v') {
    await plainOut.line(PACKAGE_VERSION);
    return EXIT.done;
  }
  const [command, length] = commandOf(argv);
  const { args, values } = parsed(command, argv.slice(length));
  if (values['help'] === true) {
    await plainOut.lines(helpOf(command));
    return EXIT.done;
  }
  const out = new Output(io, values['json'] === true, values['utc'] === true);
  const call = new Call(args, values, io, out);
  try {
    return await command.run(call);
  } finally {
    await call.close();
  }
}

/** Does what the command line says. Never throws: what went wrong is one line, and the exit code. */
export async function run(argv: readonly string[], io: Io): Promise<Exit> {
  try {
    return await carryOut(argv, io);
  } catch (error) {
    await new Output(io, false, false).note(`saga: ${lineOf(error)}`);
    return isUsage(error) ? EXIT.usage : exitOf(error);
  }
}

/** What parseArgs throws. */
function isUsage(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
}
