// Installs Debian's Chromium, and the font of the screenshots, where no browser is found.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const places = JSON.parse(readFileSync(new URL('places.json', import.meta.url), 'utf8'));
const found = () => [process.env.CHROMIUM ?? '', ...places].find((path) => existsSync(path));

if (found() === undefined) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (...args) => {
    const command = process.getuid?.() === 0 ? args : ['sudo', ...args];
    execFileSync(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'], env });
  };
  run('apt-get', 'update', '-q');
  run('apt-get', 'install', '-y', '-q', '--no-install-recommends', 'chromium', 'fonts-inter');
}
console.log(`The browser of the tests is ${found()}`);
