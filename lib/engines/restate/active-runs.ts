import { type Clock, refKey, SagaInterruptedError, type SagaRef } from '../../core/index.js';
import type { Run } from '../../core/engine/index.js';
/** The active runs of this process, and the callers here who wait to hear that one was parked. */
export class ActiveRuns {
  readonly #runs = new Set<Run>();
  readonly #watchers = new Map<string, Set<() => void>>();
  #onLeave: (() => void) | undefined;
  #closing = false;

  /** How many have effects in flight here; the server may have moved the others to another process. */
  get atWork(): number {
    const runs = [...this.#runs];
    return runs.filter((run) => run.isAtWork && run.stopped?.when !== 'now').length;
  }

  enter(run: Run): () => void {
    this.#runs.add(run);
    if (this.#closing) this.#stop(run, 'boundary');
    return () => {
      this.#runs.delete(run);
      this.#onLeave?.();
    };
  }

  parked(run: Run): void {
    const watchers = this.#watchers.get(refKey({ name: run.sagaName, id: run.sagaId }));
    for (const tell of watchers ?? []) tell();
  }

  /** Calls back whenever this process has parked the saga; the returned function ends that. */
  watch(ref: SagaRef, tell: () => void): () => void {
    const key = refKey(ref);
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers.add(tell));
    return () => {
      watchers.delete(tell);
      if (watchers.size === 0) this.#watchers.delete(key);
    };
  }

  /** Lets the effects in flight end within `drainMs`; none begins any more. */
  async drain(drainMs: number, clock: Clock): Promise<void> {
    this.#closing = true;
    const working = [...this.#runs].filter((run) => run.isAtWork);
    for (const run of this.#runs) this.#stop(run, 'boundary');
    const gone = new Promise<void>((resolve) => {
      this.#onLeave = () => {
        if (!working.some((run) => this.#runs.has(run))) resolve();
      };
      this.#onLeave();
    });
    const late = new Promise<void>((resolve) => {
      const unschedule = clock.schedule(drainMs, resolve);
      void gone.then(unschedule);
    });
    await Promise.race([gone, late]);
    for (const run of this.#runs) this.#stop(run, 'now');
  }

  #stop(run: Run, when: 'boundary' | 'now'): void {
    run.stop(new SagaInterruptedError(run.sagaName, run.sagaId, 'shutting down'), when);
  }
}
