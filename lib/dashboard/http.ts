/** What this room reads of a request: the same on Express and on Fastify. */
export interface Incoming {
  readonly method: string;
  readonly url: string;
  /** With what a router has cut off. */
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly socket?: { readonly remoteAddress?: string | undefined };
  readonly user?: unknown;
}

/** What it does with a response. Express' is Node's own; Fastify's has it as `raw`. */
export interface Outgoing {
  status(code: number): Outgoing;
  header(name: string, value: string): Outgoing;
  send(body: string | Buffer): unknown;
}

/** An answer other than 200, with a text for people. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

/** The one value of a query parameter; `undefined` where it is absent or empty. @throws Refusal for a list */
export function textOf(query: Incoming['query'], name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new Refusal(400, `${name} must be given once`);
}

/** @throws Refusal where it is absent */
export function needed(query: Incoming['query'], name: string): string {
  const value = textOf(query, name);
  if (value !== undefined) return value;
  throw new Refusal(400, `${name} is missing`);
}
