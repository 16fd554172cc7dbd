import {
  jsonCodec,
  silentLogger,
  type ProbeAnswer,
  type SagaDefinition,
} from 'nestjs-saga-orchestrator/core';
import { decodeHead } from '../../../lib/core/journal/index.js';
import { newRun } from '../../../lib/engines/restate/restate-run.js';
import { SagaExecution } from '../../../lib/engines/restate/saga-execution.js';
import type { Batch, SentSignal } from '../../../lib/engines/restate/wire.js';
import { ManualClock } from '../../support/manual-clock.js';
import { CRASHED, Participants } from '../../support/participants.js';
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

export interface TurnsRun {
  readonly plan: Plan;
  readonly trace: readonly TraceEntry[];
  /** What has come about: ends, faults, records. */
  readonly reached: ReadonlySet<string>;
}

/** Takes the turns of a random saga, as Restate would have them taken, with a journal in memory. */
class TurnsHost {
  readonly #journal: (Batch | { readonly sent: SentSignal })[] = [];
  readonly #participants: Participants;
  readonly #clock = new ManualClock();
  #definition: SagaDefinition;
  #crashes = 0;
  #turns = 0;
  #performed = 0;
  #resumes = 0;
  #die: (gone: typeof CRASHED) => void = () => undefined;
  #now: SagaExecution | undefined;

  constructor(private readonly saga: RandomSaga) {
    this.#participants = new Participants(saga.steps);
    this.#definition = definitionOf(saga, (step) => this.#participant(step));
  }

  get trace(): TraceEntry[] {
    return this.#participants.trace;
  }

  get reached(): Set<string> {
    return this.#participants.met;
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
    const turns = new SagaExecution(saga, start, MAX_RECOVERIES);
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
      this.#call('undo', label, () => this.#participants.compensate(label)),
    );
    this.reached.add(`deploy ${deployed.change}`);
    this.trace.push({ kind: 'deploy', plan: planOf(this.#definition) });
  }

  #participant(step: RandomStep) {
    return {
      // By the label they are called by: a deploy inserts copies of a step under other labels.
      action: ({ label }: Labelled) => this.#call('do', label, () => this.#participants.act(label)),
      ...(step.undo && {
        compensate: ({ label }: Labelled) =>
          this.#call('undo', label, () => this.#participants.compensate(label)),
      }),
      ...(step.probe && {
        probe: ({ label }: Labelled) =>
          this.#call('probe', label, () =>
            this.#participants.answer(label),
          ) as Promise<ProbeAnswer>,
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
}

export function runByTurns(saga: RandomSaga): Promise<TurnsRun> {
  return new TurnsHost(saga).run();
}
