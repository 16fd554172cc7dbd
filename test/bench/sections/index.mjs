import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { createDatabase, dropDatabase } from '../durable/server-statistics.mjs';
import { startServer } from '../durable/server.mjs';
import { progress } from '../report/progress.mjs';
import { COMPARED, SECTIONS } from './sections.mjs';

/** A server that is started by the first one who needs it. */
function lazyServer() {
  let server;
  const made = [];
  return {
    async database(name) {
      server ??= startServer();
      const { url } = await server;
      made.push(await createDatabase(url, `bench_${name}_${process.pid}_${made.length + 1}`));
      return made.at(-1);
    },
    /** One that is not ours is left as it was found. */
    async stop() {
      if (server === undefined) return;
      const running = await server;
      if (process.env.SAGA_TEST_POSTGRES_URL !== undefined) {
        for (const database of made) await dropDatabase(running.url, database);
      }
      await running.stop();
    },
  };
}

/** Which state of the repository was measured. */
function commit() {
  try {
    const args = ['describe', '--always', '--dirty', '--exclude=*'];
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'no commit';
  }
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

/** @param names Some of those of {@link SECTIONS}, or of {@link COMPARED} where there is a base. */
export async function runSections(names, settings) {
  const start = performance.now();
  const server = lazyServer();
  const known = settings.base === undefined ? SECTIONS : COMPARED;
  const sections = [];
  try {
    for (const [index, name] of names.entries()) {
      const say = progress(`${index + 1}/${names.length} ${name}`, start);
      const found = await (await known[name]())({ ...settings, database: server.database }, say);
      say.end();
      sections.push({ name, ...found });
    }
  } finally {
    await server.stop();
  }
  const { lib: _lib, folder: _folder, base, ...shown } = settings;
  return {
    date: new Date().toISOString(),
    seconds: Math.round((performance.now() - start) / 1e3),
    commit: commit(),
    machine: machine(),
    ...(base && { base: base.commit }),
    settings: shown,
    parts: sections.flatMap(({ parts }) => parts),
    goals: sections.flatMap(({ goals }) => goals),
  };
}
