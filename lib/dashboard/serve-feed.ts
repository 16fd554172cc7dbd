import type { ServerResponse } from 'node:http';
import type { Dashboard } from './dashboard.js';
import { HEADERS } from './headers.js';
import type { Incoming, Outgoing } from './http.js';

/** Fastify keeps Node's response under this name, and is to be told that it was taken over. */
interface FastifyReply {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

function rawOf(out: Outgoing): ServerResponse {
  const reply = out as unknown as FastifyReply;
  if (typeof reply.hijack !== 'function') return out as unknown as ServerResponse;
  reply.hijack();
  return reply.raw;
}

/** Leaves the response open, and tells the browser whenever something has changed. */
export function serveFeed({ feed }: Dashboard, { headers }: Incoming, out: Outgoing): void {
  const raw = rawOf(out);
  for (const [name, value] of Object.entries(HEADERS)) raw.setHeader(name, value);
  raw.setHeader('cache-control', 'no-store, no-transform');
  raw.setHeader('x-accel-buffering', 'no');
  // A connection that is kept for later would hold a server that closes, for as long as it waits for more.
  if (raw.req.httpVersionMajor < 2) raw.setHeader('connection', 'close');
  raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  raw.flushHeaders();
  raw.on('close', () => feed.remove(raw));
  const since = headers['last-event-id'];
  feed.add(raw, typeof since === 'string' ? since : undefined);
}
