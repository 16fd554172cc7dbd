import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hostname, userInfo } from 'node:os';
import {
  jsonCodec,
  silentLogger,
  SagaNotFoundError,
  type Journal,
  type JournalInsight,
  type PayloadCodec,
  type SagaRef,
} from '../core/index.js';
import { insightFor, OperatorDesk, payloadLimits, shownSaga } from '../core/engine/index.js';
import { nameProblem, refuseProblems } from '../core/definition/index.js';
import { timeOrderedIds } from '../core/ports/index.js';
import { CliError, EXIT } from './exit.js';
import type { Io, Output } from './output.js';
import { addressOf, journalOf, targetOf } from './target.js';
import { momentOf } from './text.js';

export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** One command as it was called: what was given, and the journal that it is about. */
export class Call {
  #journal: Promise<Journal> | undefined;
  /** What the journal warned of when it was opened. */
  readonly warnings: string[] = [];

  constructor(
    readonly args: readonly string[],
    private readonly values: Values,
    readonly io: Io,
    readonly out: Output,
  ) {}

  text(option: string): string | undefined {
    const value = this.values[option];
    return typeof value === 'string' ? value : undefined;
  }

  /** @throws CliError where it is missing */
  needed(option: string, what: string): string {
    const value = this.text(option);
    if (value !== undefined && value !== '') return value;
    throw new CliError(`--${option} is missing: ${what}`);
  }

  flag(option: string): boolean {
    return this.values[option] === true;
  }

  list(option: string): readonly string[] {
    const value = this.values[option];
    return Array.isArray(value) ? (value as readonly string[]) : [];
  }

  /** A whole number from 1. @throws CliError */
  count(option: string, standard: number): number {
    const text = this.text(option);
    if (text === undefined) return standard;
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new CliError(`--${option} must be a whole number from 1 (got '${text}')`);
  }

  /** Of `--since`. @throws CliError */
  get since(): Date | undefined {
    const since = this.text('since');
    return since === undefined ? undefined : momentOf('since', since, Date.now());
  }

  /** `''`: sagas of no application. */
  get application(): string {
    return this.text('application') ?? this.io.env['SAGA_APPLICATION'] ?? '';
  }

  get ref(): SagaRef {
    const [name = '', id = ''] = this.args;
    return { application: this.application, name, id };
  }

  /** Who acts, and why. @throws CliError */
  get why(): { readonly by: string; readonly reason: string; readonly origin: string } {
    const reason = this.needed('reason', 'say why, for the audit');
    return { by: this.actor, reason, origin: 'cli' };
  }

  get actor(): string {
    return this.text('by') ?? (this.io.env['SAGA_ACTOR'] || standardActor());
  }

  /** Opened, and never changed but by `saga migrate`. @throws SagaJournalError */
  journal(migrate: 'auto' | 'off' = 'off'): Promise<Journal> {
    return (this.#journal ??= this.#open(migrate));
  }

  async insight(): Promise<JournalInsight> {
    const { insight } = await this.journal();
    if (insight === undefined) throw new CliError('This journal cannot say', EXIT.failed);
    return insightFor(insight, this.application, async () => undefined);
  }

  /** Where requests are left. */
  async desk(): Promise<OperatorDesk> {
    const journal = await this.journal();
    const { application } = this;
    return new OperatorDesk(
      { journal, application },
      { checkedRef: (ref) => checkedRef(ref), row: (ref) => this.#row(journal, ref) },
      { codec: await this.codec(), limits: payloadLimits() },
      { ids: timeOrderedIds, logger: silentLogger },
      async () => undefined,
    );
  }

  /** Of `--codec`: a module whose default export, or `codec`, is one. @throws CliError */
  async codec(): Promise<PayloadCodec> {
    const file = this.text('codec');
    if (file === undefined) return jsonCodec;
    const loaded: unknown = await import(pathToFileURL(resolve(file)).href);
    const { default: standard, codec = standard } = loaded as Readonly<Record<string, unknown>>;
    if (typeof (codec as PayloadCodec | undefined)?.decode === 'function')
      return codec as PayloadCodec;
    throw new CliError('--codec must be a module that exports a codec, as default or as codec');
  }

  async close(): Promise<void> {
    const journal = await this.#journal?.catch(() => undefined);
    await journal?.close();
  }

  /** Of no application, or of this one: for whoever looks in the wrong one. */
  get whose(): string {
    return this.application === ''
      ? ' among those without an application; --application names one'
      : ` in application '${this.application}'`;
  }

  async #row(journal: Journal, ref: SagaRef): Promise<unknown> {
    const row = await journal.get(ref);
    if (row === undefined) throw unknownSaga(ref, this.whose);
    return row;
  }

  async #open(migrate: 'auto' | 'off'): Promise<Journal> {
    const target = targetOf(addressOf(this.text('journal'), this.io.env));
    const journal = journalOf(target, migrate);
    await journal.open((message) => void this.warnings.push(message));
    return journal;
  }
}

export function unknownSaga({ name, id }: SagaRef, whose: string): SagaNotFoundError {
  return new SagaNotFoundError(`No saga ${shownSaga(name, id)} is known${whose}`);
}

/** @throws SagaOptionsError for what cannot name a saga */
export function checkedRef(ref: SagaRef): SagaRef {
  refuseProblems([nameProblem('the saga name', ref.name), nameProblem('id', ref.id)]);
  return ref;
}

function standardActor(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // In a container a user may have no name.
    return `uid ${process.getuid?.() ?? '?'}@${hostname()}`;
  }
}
