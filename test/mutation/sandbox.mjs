import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const COPIED = [
  '.config',
  'lib',
  'test',
  'sample-app',
  'package.json',
  'tsconfig.json',
  'jest.config.ts',
];
/** A process that has run so many mutants is replaced: what they leave behind adds up. */
const RUNS = 40;

/** A copy of the repository, with a process that runs specs in it: the work tree is never touched. */
export class Sandbox {
  #folder = mkdtempSync(join(tmpdir(), 'saga-mutation-'));
  #child;
  #runs = 0;

  constructor(config, env) {
    this.env = env;
    const here = (path) => !path.includes('node_modules');
    for (const name of COPIED) {
      cpSync(join(ROOT, name), join(this.#folder, name), { recursive: true, filter: here });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'));
    process.on('exit', this.#close);
    this.config = { ...config, rootDir: this.#folder };
  }

  /**
   * Runs a spec as it is.
   *
   * @returns what is wrong: the first test that failed, or why there was no answer; else `undefined`.
   */
  run(spec, limitMs) {
    return this.#ask(spec, limitMs);
  }

  /**
   * Runs specs with a mutant in the place of its file, until one finds it.
   *
   * @returns what found it; else `undefined`.
   */
  async find(mutant, specs, limitOf) {
    if ((this.#runs += 1) % RUNS === 0) this.#end();
    const path = join(this.#folder, mutant.file);
    const sound = readFileSync(path, 'utf8');
    writeFileSync(path, mutant.text);
    try {
      for (const spec of specs) {
        const found = await this.#ask(spec, limitOf(spec));
        if (found !== undefined) return found;
      }
      return undefined;
    } finally {
      writeFileSync(path, sound);
    }
  }

  close() {
    process.off('exit', this.#close);
    this.#close();
  }

  #close = () => {
    this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  };

  async #ask(spec, limitMs) {
    const child = (this.#child ??= this.#launch());
    const over = new AbortController();
    const { signal } = over;
    const timer = setTimeout(() => over.abort('no end'), limitMs);
    const exited = once(child, 'exit', { signal }).then(() => 'its process ended');
    child.send({ config: this.config, spec });
    try {
      const answered = once(child, 'message', { signal }).then(([{ failed }]) => failed);
      exited.catch(() => undefined);
      const found = await Promise.race([answered, exited]);
      if (found === 'its process ended') this.#end();
      return found?.replace(`${this.#folder}/`, '');
    } catch {
      this.#end();
      return `${spec}: no end within ${Math.round(limitMs)} ms`;
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  #launch() {
    return fork(join(import.meta.dirname, 'warm-jest.mjs'), {
      cwd: this.#folder,
      env: { ...process.env, ...this.env },
      // A group of its own, so that what the specs have started ends with it.
      detached: true,
      execArgv: ['--max-old-space-size=1024'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  }

  #end() {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    child.removeAllListeners();
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended just now.
    }
  }
}
