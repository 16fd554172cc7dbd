import { once } from 'node:events';
import type { SagaLogger } from '../../core/index.js';
import { messageOf } from '../../core/ports/index.js';
import type { Call } from '../call.js';
import type { Command } from '../command.js';
import { DashboardServer } from '../dashboard-server.js';
import { CliError, EXIT } from '../exit.js';
import { LookingEngine } from '../looking-engine.js';
import { CODEC, WHY } from '../options.js';

function portOf(call: Call): number {
  const text = call.text('port') ?? '0';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new CliError(`--port must be a whole number from 0 to 65535 (got '${text}')`);
}

/** What fails is told beside the answer, one line each. */
function loggerOf({ out }: Call): SagaLogger {
  const tell = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
    const error = fields?.['error'];
    void out.note(typeof error === 'string' ? `${message}: ${error}` : message);
  };
  return { debug: () => undefined, info: () => undefined, warn: tell, error: tell };
}

async function served(call: Call): Promise<DashboardServer> {
  // No other command waits for Nest to be loaded.
  const { StandaloneDashboard } = await import('../../dashboard/standalone/index.js');
  const { application, actor } = call;
  const [journal, codec] = [await call.journal(), await call.codec()];
  const [insight, operators] = [await call.insight(), await call.desk()];
  const engine = new LookingEngine({ journal, application, codec, insight, operators });
  const settings = {
    ...{ actor: () => actor, can: () => true, payloads: 'redacted' as const },
    readOnly: call.flag('read-only'),
    environment: { label: journal.description },
  };
  return new DashboardServer(new StandaloneDashboard(engine, settings, codec, loggerOf(call)));
}

export const dashboard: Command = {
  name: 'dashboard',
  args: [],
  summary: 'the dashboard for a browser of this machine, until Ctrl-C',
  options: {
    port: { type: 'string', value: '<n>', help: 'any that is free, unless one is given' },
    'read-only': { type: 'boolean', help: 'nobody acts there' },
    by: WHY['by']!,
    ...CODEC,
  },
  async run(call) {
    const { out } = call;
    const { signal } = call.io;
    const port = portOf(call);
    const server = await served(call);
    const url = await server.listen(port).catch((error: unknown) => {
      throw new CliError(`Port ${port} cannot be had: ${messageOf(error)}`, EXIT.failed);
    });
    try {
      if (out.isJson) await out.json({ url });
      else await out.line(url);
      const acts = call.flag('read-only') ? 'looks' : `looks, and acts as ${call.actor}`;
      await out.note(`Whoever has this address, on this machine alone, ${acts}; Ctrl-C ends it.`);
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await server.close();
    }
    return EXIT.done;
  },
};
