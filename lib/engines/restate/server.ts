import { SagaJournalError, SagaNotFoundError, type SagaRef } from '../../core/index.js';
import { shownSaga } from '../../core/engine/index.js';
import { HttpClient, type Answer } from './http-client.js';
import type { RestateSettings } from './options.js';
import { RUN, SIGNAL, type Output, type StartInput, type SentSignal } from './wire.js';

const REQUEST_MS = 30_000;
/** What the server answers to who asks for the output of what still runs. */
const NOT_READY = 470;

/** A row of the server's SQL API. */
export type SqlRow = Readonly<Record<string, unknown>>;

function keyPath({ name, id }: SagaRef): string {
  return `/${encodeURIComponent(name)}/${encodeURIComponent(id)}`;
}

/** The server's error message; it answers in JSON, a proxy before it in any form. */
function complaint({ status, text }: Answer): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string') return `${status} ${message.slice(0, 1_000)}`;
  } catch {
    // No JSON: shown as it is.
  }
  return `${status} ${text.slice(0, 300)}`;
}

function expectOk(what: string, answer: Answer): void {
  if (answer.status >= 200 && answer.status < 300) return;
  throw new SagaJournalError(`Restate refused to ${what}: ${complaint(answer)}`);
}

/** A text for a SQL query of the server, which takes no parameters. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The two APIs of a Restate server. All of it throws SagaJournalError when the server fails. */
export class RestateServer {
  readonly #ingress: HttpClient;
  readonly #admin: HttpClient;

  constructor({ ingressUrl, adminUrl, headers }: RestateSettings) {
    this.#ingress = new HttpClient(ingressUrl, headers);
    this.#admin = new HttpClient(adminUrl, headers);
  }

  close(): void {
    this.#ingress.close();
    this.#admin.close();
  }

  /** @returns whether it is new; else the id was taken. */
  async start(ref: SagaRef, input: StartInput, signal?: AbortSignal): Promise<boolean> {
    const path = `${keyPath(ref)}/${RUN}/send`;
    const answer = await this.#ingress.request('POST', path, {
      body: input,
      timeoutMs: REQUEST_MS,
      ...(signal === undefined ? {} : { signal }),
    });
    expectOk(`start ${shownSaga(ref.name, ref.id)}`, answer);
    return (JSON.parse(answer.text) as { status: string }).status === 'Accepted';
  }

  /** Starts a saga and waits for its end; `undefined` when its id is taken. */
  async call(ref: SagaRef, input: StartInput, signal: AbortSignal): Promise<Output | undefined> {
    const path = `${keyPath(ref)}/${RUN}`;
    const answer = await this.#ingress.request('POST', path, { body: input, signal });
    if (answer.status === 409) return undefined;
    expectOk(`run ${shownSaga(ref.name, ref.id)}`, answer);
    return JSON.parse(answer.text) as Output;
  }

  /** Waits for the end of a saga. @throws SagaNotFoundError when there is none, or none any more. */
  async awaitEnd(ref: SagaRef, signal: AbortSignal): Promise<Output> {
    const path = `/restate/workflow${keyPath(ref)}/attach`;
    const answer = await this.#ingress.request('GET', path, { signal });
    if (answer.status === 404 || answer.status === 409) {
      throw new SagaNotFoundError(
        `No saga ${shownSaga(ref.name, ref.id)} runs: ${complaint(answer)}`,
      );
    }
    expectOk(`wait for the end of ${shownSaga(ref.name, ref.id)}`, answer);
    return JSON.parse(answer.text) as Output;
  }

  /** Whether the ingress answers. */
  async ping(): Promise<void> {
    const answer = await this.#ingress.request('GET', '/restate/health', { timeoutMs: REQUEST_MS });
    expectOk('say how it is', answer);
  }

  /** Whether a saga was accepted under that id, and is kept. */
  async has(ref: SagaRef): Promise<boolean> {
    const path = `/restate/workflow${keyPath(ref)}/output`;
    const answer = await this.#ingress.request('GET', path, { timeoutMs: REQUEST_MS });
    if (answer.status === 404) return false;
    if (answer.status !== NOT_READY) expectOk(`look for ${shownSaga(ref.name, ref.id)}`, answer);
    return true;
  }

  /** Sends a signal to the invocation that runs the saga; durable when this resolves. */
  async signal(ref: SagaRef, invocationId: string, sent: SentSignal): Promise<void> {
    const answer = await this.#ingress.request('POST', `${keyPath(ref)}/${SIGNAL}`, {
      body: { invocationId, sent },
      timeoutMs: REQUEST_MS,
    });
    expectOk(`send a signal to ${shownSaga(ref.name, ref.id)}`, answer);
  }

  async query(sql: string): Promise<readonly SqlRow[]> {
    const answer = await this.#admin.request('POST', '/query', {
      body: { query: sql },
      timeoutMs: REQUEST_MS,
    });
    expectOk('answer a query', answer);
    return (JSON.parse(answer.text) as { rows: readonly SqlRow[] }).rows;
  }

  async kill(invocationId: string): Promise<void> {
    await this.#invocation('kill', invocationId);
  }

  /** Deletes what is kept of an invocation that has ended. */
  async purge(invocationId: string): Promise<void> {
    await this.#invocation('purge', invocationId);
  }

  /**
   * Makes the services under the URL known. Without `force`, what is known under that URL stays as
   * it is.
   */
  register(uri: string, force: boolean): Promise<Answer> {
    return this.#admin.request('POST', '/deployments', {
      body: { uri, force },
      timeoutMs: REQUEST_MS,
    });
  }

  complaint(answer: Answer): string {
    return complaint(answer);
  }

  async #invocation(act: 'kill' | 'purge', id: string): Promise<void> {
    const answer = await this.#admin.request('PATCH', `/invocations/${id}/${act}`, {
      timeoutMs: REQUEST_MS,
    });
    expectOk(`${act} ${id}`, answer);
  }
}
