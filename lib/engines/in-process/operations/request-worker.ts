import {
  type Clock,
  isSagaError,
  type RequestOutcome,
  type RequestRow,
  type SagaLogger,
} from '../../../core/index.js';
import {
  type DefinitionRegistry,
  fullMessageOf,
  OPERATOR_ACTS,
  type Redact,
  report,
  shownSaga,
  shownText,
  shownWhole,
} from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';
import type { SagaReader } from '../runs/index.js';
import type { Acts } from './acts.js';

/** At most so many are in hand at a time. */
const MAX_IN_HAND = 50;
/** After what time it looks again where there were some. */
const SOON_MS = 1_000;
/** One that was taken so often without an outcome may be what ends its processes. */
const MAX_TAKES = 10;
/** How long requests for sagas of a newer version are left to others, in ms. */
const LEFT_MS = 30_000;
/** How long a shutdown waits for what is being carried out, in ms; others take it over then. */
const END_MS = 1_000;

/** The plan is not needed for these. */
const ON_ANY = ['terminate', 'forget'] as const;

/** The request is refused: trying again would not help. */
const REFUSALS = ['SAGA_STATE', 'SAGA_NOT_FOUND', 'SAGA_OPTIONS', 'SAGA_SERIALIZATION'] as const;
/** Nothing is known of an outcome: it is taken again. */
const UNTOLD = ['SAGA_INTERRUPTED', 'SAGA_JOURNAL', 'SAGA_LEASE_LOST', 'SAGA_NEWER'] as const;

interface End {
  readonly outcome: RequestOutcome;
  readonly message: string | null;
}

/** How it logs what became of requests. */
interface Telling {
  readonly clock: Clock;
  readonly logger: SagaLogger;
  readonly redact: Redact | undefined;
}

/**
 * Carries out what operators ask of processes that know a saga. A request is taken in hand, carried out,
 * and ended with its outcome; when its process dies in between, another one takes it, and finds in the
 * audit whether its act was done. Never throws.
 */
export class RequestWorker {
  readonly #inHand = new Map<string, Promise<void>>();
  /** Not taken by this process, until then by the monotonic clock. */
  readonly #left = new Map<string, number>();
  #looking: Promise<void> | undefined;
  #next = -Infinity;
  #stopped = false;
  #unschedule: (() => void) | undefined;

  constructor(
    private readonly access: JournalAccess,
    private readonly registry: DefinitionRegistry,
    private readonly reader: SagaReader,
    private readonly acts: Acts,
    private readonly telling: Telling,
    private readonly pollMs: number,
  ) {}

  /** With every look for sagas that others left behind; nothing waits for it. */
  look(): void {
    const now = this.telling.clock.monotonic();
    if (this.#stopped || this.#looking !== undefined || now < this.#next) return;
    // Rounds of recovery follow each other at once where there is plenty of work.
    this.#next = now + this.pollMs / 2;
    this.#looking = this.#look()
      .catch((error: unknown) => this.#reportFailure(error))
      .finally(() => (this.#looking = undefined));
  }

  /** Takes nothing more in hand, and waits a moment for what is being carried out. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unschedule?.();
    await this.#looking;
    if (this.#inHand.size === 0) return;
    let unschedule = (): void => undefined;
    const patience = new Promise<void>((resolve) => {
      unschedule = this.telling.clock.schedule(END_MS, resolve);
    });
    await Promise.race([Promise.all(this.#inHand.values()), patience]);
    unschedule();
  }

  async #look(): Promise<void> {
    const { journal, owner, application } = this.access;
    const limit = MAX_IN_HAND - this.#inHand.size;
    if (limit <= 0) return;
    const now = this.telling.clock.monotonic();
    for (const [request, until] of this.#left) if (until <= now) this.#left.delete(request);
    const rows = await journal.operators.take({
      ...{ owner, application, names: this.registry.names, acts: OPERATOR_ACTS, limit },
      actsOnAny: ON_ANY,
      except: [...this.#inHand.keys(), ...this.#left.keys()],
    });
    if (this.#stopped || rows.length === 0) return;
    for (const row of rows) this.#begin(row);
    const again = (): void => {
      this.#next = -Infinity;
      this.look();
    };
    this.#unschedule?.();
    this.#unschedule = this.telling.clock.schedule(SOON_MS, again, true);
  }

  #begin(row: RequestRow): void {
    const work = this.#carryOut(row)
      .catch((error: unknown) => {
        this.#leave(row.request, this.pollMs);
        this.#reportFailure(error);
      })
      .finally(() => this.#inHand.delete(row.request));
    this.#inHand.set(row.request, work);
  }

  #leave(request: string, ms: number): void {
    this.#left.set(request, this.telling.clock.monotonic() + ms);
  }

  async #carryOut(row: RequestRow): Promise<void> {
    const { journal, owner } = this.access;
    const { request } = row;
    if (await this.#isLeft(row)) {
      this.#leave(request, LEFT_MS);
      return journal.operators.letGo(request, owner);
    }
    const end = await this.#endOf(row);
    if (end === undefined) {
      this.#leave(request, this.pollMs);
      return journal.operators.letGo(request, owner);
    }
    if (await journal.operators.end({ request, owner, ...end })) this.#tell(row, end);
  }

  /** To processes that know its plan: this one knows but an earlier version of it. */
  async #isLeft({ application, name, id, act }: RequestRow): Promise<boolean> {
    if ((ON_ANY as readonly string[]).includes(act)) return false;
    const row = await this.reader.findRow({ application, name, id });
    const known = this.registry.find(name, row?.version);
    return row !== undefined && known !== undefined && known.version < row.version;
  }

  /** `undefined`: nobody can tell yet. */
  async #endOf(row: RequestRow): Promise<End | undefined> {
    if (row.takes > MAX_TAKES && !(await this.acts.wasCarriedOut(row))) {
      const message = `It was taken ${row.takes} times, and no process came to an outcome`;
      return { outcome: 'failed', message };
    }
    if (row.damage !== undefined) return { outcome: 'failed', message: row.damage };
    try {
      await this.acts.carryOut(row);
      return { outcome: 'done', message: null };
    } catch (error) {
      if (UNTOLD.some((code) => isSagaError(error, code))) return undefined;
      const isRefused = REFUSALS.some((code) => isSagaError(error, code));
      const { redact = (text: string): string => text } = this.telling;
      const message = shownText(redact(fullMessageOf(error)), 1_000);
      return { outcome: isRefused ? 'refused' : 'failed', message };
    }
  }

  #tell({ request, act, name, id, by, reason }: RequestRow, { outcome, message }: End): void {
    const what = `The request to ${act} saga ${shownSaga(name, id)} is ${outcome}`;
    report(this.telling.logger, outcome === 'done' ? 'info' : 'warn', what, {
      ...{ saga: name, sagaId: id, request },
      ...{ by: shownWhole(by), reason: shownWhole(reason) },
      ...(message === null ? {} : { error: shownWhole(message) }),
    });
  }

  #reportFailure(error: unknown): void {
    if (this.#stopped) return;
    const what = "Looking after operators' requests failed; it is tried again";
    report(this.telling.logger, 'error', what, { error: fullMessageOf(error) });
  }
}
