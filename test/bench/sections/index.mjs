import os from 'node:os';
import { createDatabase } from '../durable/server-statistics.mjs';
import { startServer } from '../durable/server.mjs';
import { progress } from '../report/progress.mjs';
import { extras } from './extras.mjs';
import { failure } from './failure.mjs';
import { growth } from './growth.mjs';
import { inProcess } from './in-process.mjs';
import { latency } from './latency.mjs';
import { postgres } from './postgres.mjs';
import { restate } from './restate.mjs';
import { sqlite } from './sqlite.mjs';

/** Each answers `{ parts: [{ title, note, rows }], goals }`. */
const SECTIONS = {
  'in-process': inProcess,
  sqlite,
  postgres,
  restate,
  failure,
  growth,
  latency,
  extras,
};

/** A server that is started by the first one who needs it. */
function lazyServer() {
  let server;
  let made = 0;
  return {
    async database(name) {
      server ??= startServer();
      return createDatabase((await server).url, `bench_${name}_${(made += 1)}`);
    },
    stop: async () => (await server)?.stop(),
  };
}

function machine() {
  const [cpu] = os.cpus();
  return {
    node: process.version,
    system: `${os.platform()} ${os.arch()}`,
    processor: `${os.cpus().length} × ${cpu?.model}`,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  };
}

function chosenNames(only = Object.keys(SECTIONS)) {
  const unknown = only.filter((name) => !Object.hasOwn(SECTIONS, name));
  if (unknown.length > 0) {
    throw new Error(
      `No section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`,
    );
  }
  return only;
}

export async function runSections(only, settings) {
  const names = chosenNames(only);
  const start = performance.now();
  const server = lazyServer();
  const sections = [];
  try {
    for (const [index, name] of names.entries()) {
      const say = progress(`${index + 1}/${names.length} ${name}`, start);
      const found = await SECTIONS[name]({ ...settings, database: server.database }, say);
      say.end();
      sections.push({ name, ...found });
    }
  } finally {
    await server.stop();
  }
  const { lib: _lib, folder: _folder, ...shown } = settings;
  return {
    date: new Date().toISOString(),
    seconds: Math.round((performance.now() - start) / 1e3),
    machine: machine(),
    settings: shown,
    parts: sections.flatMap(({ parts }) => parts),
    goals: sections.flatMap(({ goals }) => goals),
  };
}
