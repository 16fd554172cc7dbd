/** Tells on stderr what is under way: in place on a terminal, a line per change elsewhere. */
export function progress(what, start) {
  const { isTTY } = process.stderr;
  const elapsed = () => {
    const seconds = Math.round((performance.now() - start) / 1e3);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  };
  const say = (detail) => {
    const line = `${elapsed()} ${what}: ${detail}`;
    process.stderr.write(isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
  say.end = () => isTTY && process.stderr.write('\r\x1b[K');
  return say;
}
