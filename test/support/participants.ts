import {
  AlreadyUndoneError,
  CannotCompensateError,
  NonRetryableError,
  OutcomeUnknownError,
} from 'nestjs-saga-orchestrator/core';
import type { ActionFate, ProbeFate, RandomStep, UndoFate } from './random-saga.js';
import type { TraceEntry } from './trace.js';

/** What a call comes to whose process dies meanwhile. */
export const CRASHED = Symbol('crashed');

/** The participants of a random saga: they do what its fates say, and write down what they did. */
export class Participants {
  readonly trace: TraceEntry[] = [];
  /** The fates that have come about: 'does fails'. */
  readonly met = new Set<string>();
  readonly #calls = new Map<string, number>();
  readonly #standing = new Set<string>();

  constructor(private readonly steps: readonly RandomStep[]) {}

  /** Does it, unless it is fated not to. */
  do(label: string): ActionFate {
    const fate = this.#fate('does', label);
    if (['ok', 'lost-done', 'crash-done', 'unstorable'].includes(fate)) {
      this.trace.push({ kind: 'effect', direction: 'do', label });
      this.#standing.add(label);
    }
    return fate;
  }

  /** Undoes it, unless it is fated not to. */
  undo(label: string): UndoFate {
    const fate = this.#fate('undoes', label);
    if (['ok', 'already', 'crash-done'].includes(fate)) {
      this.trace.push({ kind: 'effect', direction: 'undo', label });
      this.#standing.delete(label);
    }
    return fate;
  }

  /** Whether it stands, unless the probe is fated not to know. */
  probe(label: string): Exclude<ProbeFate, 'truth'> | 'done' | 'not-done' {
    const fate = this.#fate('probes', label);
    if (fate !== 'truth') return fate;
    return this.#standing.has(label) ? 'done' : 'not-done';
  }

  /** {@link do}, as an action tells of it. */
  act(label: string): unknown {
    const fate = this.do(label);
    if (fate.startsWith('crash')) return CRASHED;
    const message = `${label}: ${fate}`;
    if (fate.startsWith('lost')) throw new OutcomeUnknownError(message);
    if (fate === 'fails') throw new Error(message);
    if (fate === 'fails-for-good') throw new NonRetryableError(message);
    return fate === 'unstorable' ? Symbol('unstorable') : `${label} done`;
  }

  /** {@link undo}, as a compensation tells of it. */
  compensate(label: string): unknown {
    const fate = this.undo(label);
    if (fate.startsWith('crash')) return CRASHED;
    const message = `undo ${label}: ${fate}`;
    if (fate === 'already') throw new AlreadyUndoneError(message);
    if (fate === 'fails') throw new Error(message);
    if (fate === 'fails-for-good') throw new CannotCompensateError(message);
    return undefined;
  }

  /** {@link probe}, as a probe tells of it. */
  answer(label: string): unknown {
    const answer = this.probe(label);
    if (answer === 'crash') return CRASHED;
    return answer === 'done' ? { outcome: 'done', result: `${label} found` } : answer;
  }

  #fate<K extends 'does' | 'undoes' | 'probes'>(kind: K, label: string): RandomStep[K][number] {
    const key = `${kind} ${label}`;
    const call = this.#calls.get(key) ?? 0;
    this.#calls.set(key, call + 1);
    const fate = this.steps.find((step) => step.label === label)?.[kind][call];
    if (fate !== undefined) this.met.add(`${kind} ${fate}`);
    return fate ?? (kind === 'probes' ? 'truth' : 'ok');
  }
}
