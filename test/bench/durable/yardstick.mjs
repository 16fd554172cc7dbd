import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const RECORD = Buffer.alloc(300, 'x');

/** How often a second this disk can append 300 bytes and make them durable, just now. */
export function fdatasyncRate(folder, ms = 150) {
  const file = join(folder, `yardstick-${process.pid}`);
  const fd = openSync(file, 'w');
  try {
    const start = performance.now();
    let count = 0;
    let elapsed = 0;
    do {
      writeSync(fd, RECORD);
      fdatasyncSync(fd);
      count += 1;
      elapsed = performance.now() - start;
    } while (elapsed < ms);
    return (count * 1e3) / elapsed;
  } finally {
    closeSync(fd);
    rmSync(file);
  }
}
