import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CannotCompensateError,
  defineSaga,
  NonRetryableError,
  silentLogger,
  type ISagaContext,
  type Journal,
  type SagaDefinition,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { openJournal } from '../stores.js';
import { wrapJournal } from '../wrap-journal.js';
import type { Place, RequestTask } from './request-task.js';

/** What the participants of one saga remember, over all of its processes. */
export class Depot {
  readonly #books: string;
  readonly #open: string;

  constructor({ directory, application }: RequestTask) {
    this.#books = join(directory, `${application}.books`);
    this.#open = join(directory, `${application}.open`);
  }

  /** From now on it takes parcels back. */
  open(): void {
    writeFileSync(this.#open, '');
  }

  takeBack(): void {
    if (!existsSync(this.#open)) throw new CannotCompensateError('The depot is closed');
    appendFileSync(this.#books, 'taken back\n');
  }

  get timesTakenBack(): number {
    if (!existsSync(this.#books)) return 0;
    return readFileSync(this.#books, 'utf8').split('\n').length - 1;
  }
}

function parcelSaga({ asked }: RequestTask, depot: Depot): SagaDefinition {
  const send = ({ signal }: ISagaContext<object>): unknown => {
    if (asked === 'retry-compensation') throw new NonRetryableError('The address is unknown');
    if (asked === 'forget') return 'sent';
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  };
  return defineSaga('Parcel', [
    { label: 'Store', action: () => 'stored', compensate: () => depot.takeBack() },
    { label: 'Send', action: send },
  ]);
}

/** The journal of a task, with a place to die around all that a request goes through. */
function witnessed(inner: Journal, { twin }: RequestTask, reach: (place: Place) => void): Journal {
  const around = async <T>(
    place: 'request' | 'act' | 'end',
    work: () => Promise<T>,
  ): Promise<T> => {
    reach(`before the ${place}`);
    const answer = await work();
    reach(`after the ${place}`);
    return answer;
  };
  const { operators } = inner;
  return wrapJournal(inner, {
    append: (batch) =>
      batch.audit === undefined
        ? inner.append(batch)
        : around('act', async () => inner.append(batch)),
    // Left for whoever takes the saga up, where that comes later than the request.
    requestCancel: (ref, reason, audit) =>
      audit === undefined
        ? inner.requestCancel(ref, reason)
        : around('act', () => inner.requestCancel(ref, reason, audit)),
    forget: (request) =>
      'ref' in request ? around('act', () => inner.forget(request)) : inner.forget(request),
    operators: wrapJournal(operators, {
      request: (request) => around('request', () => operators.request(request)),
      take: async (request) => {
        const rows = await operators.take(request);
        if (rows.length > 0) reach('after the take');
        return rows;
      },
      end: (end) => around('end', () => operators.end(end)),
      audit: (filter) =>
        twin === 'forgetful' && filter.entry !== undefined
          ? Promise.resolve({ entries: [] })
          : operators.audit(filter),
    }),
  });
}

/** A process of the application: its engine, the journal behind it, and what its participants remember. */
export async function openShop(task: RequestTask, reach: (place: Place) => void = () => undefined) {
  const { store, leaseMs, application } = task;
  const journal = await openJournal(store);
  const depot = new Depot(task);
  const definition = parcelSaga(task, depot);
  const engine = new InProcessEngine({
    ...{ application, leaseMs, drainMs: 0, logger: silentLogger, worker: { pollMs: 20 } },
    journal: witnessed(journal, task, reach),
  });
  engine.register(definition);
  return { engine, definition, depot, journal };
}
