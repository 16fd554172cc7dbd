import http from 'node:http';
import https from 'node:https';
import { SagaJournalError } from '../../core/index.js';
import { fullMessageOf } from '../../core/engine/index.js';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Ends the request, which then rejects. */
  readonly signal?: AbortSignal;
  /** `undefined`: however long it takes. */
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests to one address of the server, over connections that stay open. */
export class HttpClient {
  readonly #transport: typeof http | typeof https;
  readonly #agent: http.Agent;

  constructor(
    readonly baseUrl: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    this.#transport = baseUrl.startsWith('https:') ? https : http;
    this.#agent = new this.#transport.Agent({ keepAlive: true });
  }

  /** @throws SagaJournalError when there is no answer, for whatever reason. */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    try {
      return await this.#request(method, path, options);
    } catch (error) {
      throw new SagaJournalError(
        `Restate does not answer at ${this.baseUrl}: ${fullMessageOf(error)}`,
        { cause: error },
      );
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #request(method: string, path: string, options: RequestOptions): Promise<Answer> {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const base = new URL(this.baseUrl);
    return new Promise((resolve, reject) => {
      const request = this.#transport.request(base, {
        method,
        // Not through a URL object, which would resolve the id '..' as the parent folder.
        path: base.pathname.replace(/\/+$/, '') + path,
        agent: this.#agent,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...this.headers,
          ...options.headers,
        },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, text });
        });
      });
      if (options.timeoutMs !== undefined) {
        request.setTimeout(options.timeoutMs, () => request.destroy(new Error('timed out')));
      }
      request.end(body);
    });
  }
}
