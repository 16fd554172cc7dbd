import {
  AlreadyUndoneError,
  CannotCompensateError,
  jsonCodec,
  NonRetryableError,
  OutcomeUnknownError,
  silentLogger,
  type ProbeAnswer,
  type SagaDefinition,
} from 'nestjs-saga-orchestrator/core';
import { decodeHead } from '../../../lib/core/journal/index.js';
import { newRun } from '../../../lib/engines/restate/restate-run.js';
import { SagaExecution } from '../../../lib/engines/restate/saga-execution.js';
import type { Batch, SentSignal } from '../../../lib/engines/restate/wire.js';
import { ManualClock } from '../../support/manual-clock.js';
import { CANCEL_REASON } from '../../support/pure-host.js';
import {
  definitionOf,
  redefine,
  type RandomSaga,
  type RandomStep,
} from '../../support/random-saga.js';
import { dueOf } from '../../support/turns.js';
import { planOf, type Direction, type Plan, type TraceEntry } from '../../support/trace.js';

export const MAX_RECOVERIES = 5;
const MOST_TURNS = 1_000;
const CANCEL: SentSignal = { kind: 'cancel', by: 'operator', reason: CANCEL_REASON };

interface Labelled {
  readonly label: string;
}

const CRASHED = Symbol('crashed');

export interface TurnsRun {
  readonly plan: Plan;
  readonly trace: readonly TraceEntry[];
  /** What has come about: ends, faults, records. */
  readonly reached: ReadonlySet<string>;
}

/** Takes the turns of a random saga, as Restate would have them taken, with a journal in memory. */
class TurnsHost {
  readonly trace: TraceEntry[] = [];
  readonly reached = new Set<string>();
  readonly #journal: (Batch | { readonly sent: SentSignal })[] = [];
  readonly #world = new Set<string>();
  readonly #calls = new Map<string, number>();
  readonly #clock = new ManualClock();
  #definition: SagaDefinition;
  #crashes = 0;
  #turns = 0;
  #performed = 0;
  #resumes = 0;
  #die: (gone: typeof CRASHED) => void = () => undefined;
  #now: SagaExecution | undefined;

  constructor(private readonly saga: RandomSaga) {
    this.#definition = definitionOf(saga, (step) => this.#participant(step));
  }

  async run(): Promise<TurnsRun> {
    const plan = planOf(this.#definition);
    while ((await this.#execution()) === CRASHED) {
      this.trace.push({ kind: 'crash' });
      this.reached.add('crash');
      this.#deploy();
    }
    return { plan, trace: this.trace, reached: this.reached };
  }

  /** One execution of the handler: folds what is in the journal, then goes on. */
  async #execution(): Promise<typeof CRASHED | undefined> {
    const environment = { clock: this.#clock, ids: () => '', random: () => 0 };
    const storing = { codec: jsonCodec, limits: { warnBytes: 1e6, maxBytes: 1e6 } };
    const parts = { storing, environment, logger: silentLogger, observers: [] };
    const { version, fingerprint } = this.#definition;
    const input = { version, fingerprint, input: '{}', key: null, tags: {}, deadline: null };
    const saga = newRun(parts, this.#definition, 'saga-1', { input: '{}' });
    const start = { ...input, createdAt: 0 };
    const turns = new SagaExecution(saga, start, jsonCodec, MAX_RECOVERIES);
    for (const entry of this.#journal) {
      if ('sent' in entry) turns.hear(entry.sent);
      else turns.fold(dueOf(turns), entry);
    }
    this.#now = turns;
    for (let turn = 0; turn < MOST_TURNS; turn += 1) {
      const { state } = saga.run;
      if (state.status === 'completed' || state.status === 'compensated' || state.parked) {
        if (!this.#resume(state.parked !== undefined && state.cause === undefined)) {
          this.reached.add(state.parked?.reason ?? state.status);
          return undefined;
        }
      }
      const { cancel, crashes } = this.saga;
      this.#turns += 1;
      if (cancel?.during === false && cancel.at === this.#turns) this.#hear(CANCEL);
      const died = new Promise<typeof CRASHED>((resolve) => (this.#die = resolve));
      const due = dueOf(turns);
      const taken = turns.take(due);
      const result = await Promise.race([taken, died]);
      // The outcome is lost when it goes before that is durable, and kept when it goes after.
      if (result === CRASHED || this.#dies(crashes, 2 * this.#turns)) return CRASHED;
      const batch = JSON.parse(JSON.stringify(result.batch)) as Batch;
      this.#journal.push(batch);
      for (const [, , , head] of batch.records) {
        const record = decodeHead(head);
        this.reached.add(record.type);
        this.trace.push({ kind: 'record', record });
      }
      turns.settle(due, batch);
      if (this.#dies(crashes, 2 * this.#turns + 1)) return CRASHED;
    }
    throw new Error('It does not come to rest');
  }

  #dies(crashes: readonly number[], at: number): boolean {
    return crashes.includes(at) && this.#crashes <= crashes.length;
  }

  #hear(sent: SentSignal): void {
    this.#journal.push({ sent });
    this.#now?.hear(sent);
  }

  #resume(parkedForward: boolean): boolean {
    if (!parkedForward || this.#resumes >= this.saga.resumes) return false;
    this.#resumes += 1;
    this.#hear({ kind: 'resume' });
    return true;
  }

  #deploy(): void {
    const deployed = this.saga.deploys[this.#crashes];
    this.#crashes += 1;
    if (deployed === undefined || deployed.change === 'none') return;
    this.#definition = redefine(this.#definition, deployed, ({ label }) =>
      this.#call('undo', label, () => this.#undo(label)),
    );
    this.reached.add(`deploy ${deployed.change}`);
    this.trace.push({ kind: 'deploy', plan: planOf(this.#definition) });
  }

  #participant(step: RandomStep) {
    return {
      // By the label they are called by: a deploy inserts copies of a step under other labels.
      action: ({ label }: Labelled) => this.#call('do', label, () => this.#act(label)),
      ...(step.undo && {
        compensate: ({ label }: Labelled) => this.#call('undo', label, () => this.#undo(label)),
      }),
      ...(step.probe && {
        probe: ({ label }: Labelled) =>
          this.#call('probe', label, () => this.#probe(label)) as Promise<ProbeAnswer>,
      }),
    };
  }

  async #call(direction: Direction, label: string, behave: () => unknown): Promise<unknown> {
    this.trace.push({ kind: 'call', direction, label });
    const { cancel } = this.saga;
    if (cancel?.during === true && cancel.at === this.#performed) this.#hear(CANCEL);
    this.#performed += 1;
    try {
      const given = behave();
      if (given !== CRASHED) return given;
    } finally {
      this.trace.push({ kind: 'return', direction, label });
    }
    this.#die(CRASHED);
    return new Promise(() => undefined);
  }

  #fate<K extends 'does' | 'undoes' | 'probes'>(kind: K, label: string): RandomStep[K][number] {
    const step = this.saga.steps.find((one) => one.label === label);
    const key = `${kind} ${label}`;
    const call = this.#calls.get(key) ?? 0;
    this.#calls.set(key, call + 1);
    const fate = step?.[kind][call] ?? (kind === 'probes' ? 'truth' : 'ok');
    this.reached.add(`${kind} ${fate}`);
    return fate;
  }

  #effect(direction: 'do' | 'undo', label: string): void {
    this.trace.push({ kind: 'effect', direction, label });
    if (direction === 'do') this.#world.add(label);
    else this.#world.delete(label);
  }

  #act(label: string): unknown {
    const fate = this.#fate('does', label);
    if (['ok', 'lost-done', 'crash-done', 'unstorable'].includes(fate)) this.#effect('do', label);
    if (fate.startsWith('crash')) return CRASHED;
    if (fate.startsWith('lost')) throw new OutcomeUnknownError(fate);
    if (fate === 'fails') throw new Error(fate);
    if (fate === 'fails-for-good') throw new NonRetryableError(fate);
    return fate === 'unstorable' ? Symbol('unstorable') : `${label} done`;
  }

  #undo(label: string): unknown {
    const fate = this.#fate('undoes', label);
    if (['ok', 'already', 'crash-done'].includes(fate)) this.#effect('undo', label);
    if (fate.startsWith('crash')) return CRASHED;
    if (fate === 'already') throw new AlreadyUndoneError(fate);
    if (fate === 'fails') throw new Error(fate);
    if (fate === 'fails-for-good') throw new CannotCompensateError(fate);
    return undefined;
  }

  #probe(label: string): unknown {
    const fate = this.#fate('probes', label);
    if (fate === 'crash') return CRASHED;
    if (fate === 'unknown') return 'unknown';
    return this.#world.has(label) ? { outcome: 'done', result: 'found' } : 'not-done';
  }
}

export function runByTurns(saga: RandomSaga): Promise<TurnsRun> {
  return new TurnsHost(saga).run();
}
