import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

const MICROSECONDS_PER_TICK = 10_000;

/** What Linux tells of a process: its name, its parent, its ticks so far, and those of its ended children. */
function processOf(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
  return {
    name: text.slice(text.indexOf('(') + 1, end),
    parent: Number(fields[1]),
    own: user + system,
    ended: endedUser + endedSystem,
  };
}

function childrenOf(parent) {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.flatMap((pid) => {
    try {
      const found = processOf(pid);
      return found.parent === parent ? [found] : [];
    } catch {
      return []; // It has just ended.
    }
  });
}

/**
 * The processor time of a Postgres server and all its sessions so far, in µs; `NaN` where it cannot be
 * seen: on another machine, or without /proc.
 */
export async function serverTime(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    const session = processOf(rows[0].pid);
    if (session.name !== 'postgres') return NaN;
    const { own, ended } = processOf(session.parent);
    const living = childrenOf(session.parent).reduce((sum, child) => sum + child.own, 0);
    return (own + ended + living) * MICROSECONDS_PER_TICK;
  } catch (error) {
    if (error.code === 'ENOENT') return NaN;
    throw error;
  } finally {
    await client.end();
  }
}
