import {
  OutcomeUnknownError,
  type ProbeAnswer,
  type AnySagaStep,
  type SagaDefinition,
} from 'nestjs-saga-orchestrator/core';
import { decodeHead, type JournalEntry } from '../../../../lib/core/journal/index.js';
import { settle } from '../../../support/manual-clock.js';
import { violationsOf } from '../../../support/oracle.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import type { OrderContext } from '../../../support/shop.js';
import { planOf, type TraceEntry } from '../../../support/trace.js';
import { Cluster, LEASE, ref, type Process } from '../cluster.js';
import { illegalRecords } from './legal.js';
import { WatchedJournal } from './watched-journal.js';

export type Fate = 'ok' | 'fails' | 'lost-done' | 'lost-not-done';

export interface StepPlan {
  /** Call by call; after that it goes well. */
  readonly does: readonly Fate[];
  readonly undoes: readonly Fate[];
  readonly retries: number;
  readonly pivot: boolean;
  readonly idempotent: boolean;
  readonly probe: boolean;
  /** How long every call takes, in ms. */
  readonly takes: number;
}

export interface WorldOptions {
  readonly journal?: new (clock: () => number) => WatchedJournal;
}

/** Several processes that work on the same sagas, and participants that remember what they did. */
export class World extends Cluster {
  override readonly journal: WatchedJournal;
  readonly processes: Process[] = [];
  readonly #traces = new Map<string, TraceEntry[]>();
  readonly #calls = new Map<string, number>();
  /** Idempotent participants: an effect counts once, and one that was undone is refused for good. */
  readonly #effects = new Map<string, 'done' | 'undone'>();
  readonly #onTheirWay = new Set<{ readonly key: string; readonly process: Process }>();
  readonly zombies: string[] = [];
  readonly answers = new Map<string, string[]>();

  constructor(
    private readonly steps: readonly StepPlan[],
    options: WorldOptions = {},
  ) {
    super(new RecordingLogger('error'));
    const Journal = options.journal ?? WatchedJournal;
    this.journal = new Journal(() => this.clock.now());
    this.journal.onRecords = (id, entries) => this.#onRecords(id, entries);
    this.journal.onHandOver = (id) => this.#trace(id).push({ kind: 'handed-over' });
    this.journal.onClaim = (id) => this.#trace(id).push({ kind: 'crash' });
  }

  /** Another process joins. */
  async join(options: Parameters<Cluster['process']>[1] = {}): Promise<Process> {
    const holder: { process?: Process } = {};
    const definition = this.definition(() => holder.process as Process);
    const process = await this.process([definition], options);
    holder.process = process;
    this.processes.push(process);
    return process;
  }

  worker(n: number): Process {
    return this.processes[n] as Process;
  }

  definition(process: () => Process = () => this.worker(0)): SagaDefinition {
    return this.plan(this.steps.map((plan, index) => this.#step(`Step${index}`, plan, process)));
  }

  /** Starts it, or waits for it; whatever the caller is told is noted. */
  begin(process: Process, id: string): void {
    const { engine } = process;
    const told = process
      .start(engine.definition(ref.name), { id })
      .then((handle) => handle.result())
      .then(
        () => 'completed',
        (error: { code?: string; status?: string }) =>
          error.status ?? error.code ?? 'unknown error',
      );
    void told.then((answer) => {
      if (process.isDead) return;
      this.answers.set(id, [...(this.answers.get(id) ?? []), answer]);
    });
  }

  /** Cancels it; that this was accepted is noted whenever the caller learns it. */
  async cancel(process: Process, id: string): Promise<void> {
    await process.engine.cancel({ ...ref, id }, 'changed my mind');
    if (!process.isDead) this.#trace(id).push({ kind: 'cancel-accepted' });
  }

  /** The step that a saga is parked for, because nobody knows whether it took place. */
  async doubtOf(id: string): Promise<string | undefined> {
    const stored = await this.journal.load({ ...ref, id });
    if (stored?.row.status !== 'parked') return undefined;
    const records = stored.entries.map(({ head }) => decodeHead(head));
    const parked = records.findLast((record) => record.type === 'parked');
    return parked?.reason === 'in-doubt' ? parked.label : undefined;
  }

  /** Everything works again, and there is time enough. Gives what must never have happened. */
  async verdict(): Promise<readonly string[]> {
    for (const process of this.processes) {
      process.fault = () => undefined;
      process.latency = () => 0;
      if (!process.isDead) process.wake();
    }
    await this.join();
    const { stated } = this;
    for (let passed = 0; passed < stated && !(await this.#allRest()); passed += LEASE) {
      await this.clock.advance(LEASE);
    }
    await settle();
    this.journal.isJudged = true;
    const found = [...this.zombies, ...this.journal.stolen];
    for (const id of this.#traces.keys()) found.push(...(await this.#judge(id)));
    return found;
  }

  /** Within so many ms everything rests: three leases, all calls there may be, and their back-offs. */
  get stated(): number {
    const calls = this.steps.map(({ takes, retries }) => (takes + 4_000) * (retries + 4));
    return calls.reduce((sum, ms) => sum + ms, 3 * LEASE);
  }

  async #allRest(): Promise<boolean> {
    const { rows } = await this.journal.list({ status: ['running', 'compensating'], limit: 1 });
    return rows.length === 0;
  }

  async #judge(id: string): Promise<readonly string[]> {
    const stored = await this.journal.load({ ...ref, id });
    if (stored === undefined) return [];
    const records = stored.entries.map(({ head }) => decodeHead(head));
    const definition = this.definition();
    const found = violationsOf(planOf(definition), this.#trace(id), { recoveryLimit: 5 }).map(
      ({ invariant, what }) => `${id}: ${invariant}: ${what}`,
    );
    found.push(...illegalRecords(definition, records).map((what) => `${id}: ${what}`));
    const end = stored.row.status;
    // Who was told 'parked' was told the truth, whatever an operator did after that.
    const wasParked = records.some(
      (record) =>
        record.type === 'parked' || (record.type === 'manual' && record.act === 'terminate'),
    );
    const wrong = (this.answers.get(id) ?? []).filter(
      (answer) =>
        !answer.startsWith('SAGA_') && answer !== end && !(answer === 'parked' && wasParked),
    );
    found.push(...wrong.map((answer) => `${id}: one-answer: ${answer}, and it is ${end}`));
    return found;
  }

  #trace(id: string): TraceEntry[] {
    const known = this.#traces.get(id) ?? [];
    this.#traces.set(id, known);
    return known;
  }

  #onRecords(id: string, entries: readonly JournalEntry[]): void {
    for (const { head, seq, epoch } of entries) {
      this.#trace(id).push({ kind: 'record', record: decodeHead(head), seq, epoch });
    }
  }

  #step(label: string, plan: StepPlan, process: () => Process): AnySagaStep<OrderContext> {
    const { retries, pivot, idempotent } = plan;
    const call =
      (direction: 'do' | 'undo', fates: readonly Fate[]) => (ctx: { readonly sagaId: string }) =>
        this.#perform(process(), direction, label, fates, plan.takes, ctx);
    return {
      label,
      pivot,
      idempotent,
      retry: { retries, delay: 1_000 },
      compensationRetry: { retries: 2, delay: 1_000 },
      action: call('do', plan.does),
      compensate: call('undo', plan.undoes),
      ...(plan.probe
        ? {
            probe: ({ sagaId }: { readonly sagaId: string }) =>
              this.#probe(process(), label, sagaId),
          }
        : {}),
    };
  }

  /** It only looks, but must not say 'not-done' of a request that is still on its way. */
  #probe({ owner }: Process, label: string, id: string): ProbeAnswer {
    // Who is terminated by another process hears of it with the next write, and a probe has none.
    const mayAsk = this.journal.ownerOf(id) === owner || this.journal.forced.has(id);
    if (!mayAsk) this.zombies.push(`zombie: probe ${id} ${label} by who does not own it`);
    return this.truth(label, id);
  }

  /** What an operator finds who looks at the participant. */
  truth(label: string, id: string): ProbeAnswer {
    if (this.#effects.get(`${id} ${label}`) === 'done') return 'done';
    const onItsWay = [...this.#onTheirWay].some(
      (call) => call.key === `do ${id} ${label}` && !call.process.isDead,
    );
    return onItsWay ? 'unknown' : 'not-done';
  }

  async #perform(
    process: Process,
    direction: 'do' | 'undo',
    label: string,
    fates: readonly Fate[],
    takes: number,
    { sagaId: id }: { readonly sagaId: string },
  ): Promise<void> {
    const key = `${direction} ${id} ${label}`;
    const call = this.#calls.get(key) ?? 0;
    this.#calls.set(key, call + 1);
    const epoch = this.journal.epochOf(id);
    const isOwner = this.journal.ownerOf(id) === process.owner;
    if (!isOwner) this.zombies.push(`zombie: ${key} by who does not own it`);
    this.#trace(id).push({ kind: 'call', direction, label });
    const request = { key, process };
    this.#onTheirWay.add(request);
    if (takes > 0) await new Promise<void>((resolve) => process.clock.schedule(takes, resolve));
    if (process.isDead) await new Promise(() => undefined);
    this.#onTheirWay.delete(request);
    const fate = fates[call] ?? 'ok';
    if (fate === 'ok' || fate === 'lost-done') this.#effect(direction, label, id);
    // What comes back to a process that was taken over says nothing of the call of the other one.
    if (isOwner && this.journal.epochOf(id) === epoch) {
      this.#trace(id).push({ kind: 'return', direction, label });
    }
    if (fate === 'fails') throw new Error(`${label} refused`);
    if (fate !== 'ok') throw new OutcomeUnknownError(`${label}: the answer was lost`);
  }

  #effect(direction: 'do' | 'undo', label: string, id: string): void {
    const key = `${id} ${label}`;
    const now = this.#effects.get(key);
    const next = direction === 'undo' ? 'undone' : (now ?? 'done');
    if (next === now) return;
    this.#effects.set(key, next);
    this.#trace(id).push({ kind: 'effect', direction, label });
  }
}
