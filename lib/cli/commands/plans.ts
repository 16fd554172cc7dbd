import {
  FAILURES,
  failureMatrix,
  failureMatrixMarkdown,
  type Simulation,
} from '../../core/index.js';
import { APP } from '../app-plans.js';
import type { Command, Options } from '../command.js';
import { asciiOf, svgOf } from '../drawn.js';
import { CliError, EXIT } from '../exit.js';
import { statusCell } from '../rows.js';
import { planNamed } from '../plans.js';

const VERSION: Options = {
  version: { type: 'string', value: '<n>', help: 'of this version (the one that was seen last)' },
};

const FORMATS = {
  mermaid: (definition: Awaited<ReturnType<typeof planNamed>>) => definition.toMermaid(),
  svg: svgOf,
  ascii: asciiOf,
} as const;

export const diagram: Command = {
  name: 'diagram',
  args: ['<name>'],
  summary: 'the plan of a saga, as the newest process has brought it along',
  options: {
    format: { type: 'string', value: '<format>', help: 'mermaid (standard), svg or ascii' },
    ...VERSION,
    ...APP,
  },
  async run(call) {
    const format = call.text('format') ?? 'mermaid';
    if (!Object.hasOwn(FORMATS, format))
      throw new CliError(`--format must be mermaid, svg or ascii (got '${format}')`);
    const definition = await planNamed(call);
    if (call.out.isJson) await call.out.json(definition.toJSON());
    else await call.out.lines(FORMATS[format as keyof typeof FORMATS](definition));
    return EXIT.done;
  },
};

function restOf({ parkReason, undone, standing, status }: Simulation): string {
  const said = [
    parkReason ?? '',
    undone.length === 0 ? '' : `undone ${undone.join(', ')}`,
    status === 'completed' || standing.length === 0 ? '' : `standing ${standing.join(', ')}`,
  ];
  return said.filter((one) => one !== '').join('; ');
}

export const matrix: Command = {
  name: 'matrix',
  args: ['<name>'],
  summary: 'how a saga ends for every failure of every step',
  options: { md: { type: 'boolean', help: 'as a Markdown table' }, ...VERSION, ...APP },
  async run(call) {
    const { out } = call;
    const rows = failureMatrix(await planNamed(call));
    if (out.isJson) for (const row of rows) await out.json(row);
    else if (call.flag('md')) await out.lines(failureMatrixMarkdown(rows));
    else {
      const cells = rows.flatMap(({ label, ends }) =>
        FAILURES.map((failure, at) => {
          const end = ends[failure];
          return [at === 0 ? label : '', failure, statusCell(end.status), restOf(end)];
        }),
      );
      await out.table(['step', 'what befalls it', 'end', ''], cells);
    }
    return EXIT.done;
  },
};
