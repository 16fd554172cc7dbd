import type { OwnerInfo } from '../../core/index.js';

interface Beat {
  readonly aliveUntil: number;
  readonly leaseMs: number;
  /** When it was heard of first. */
  readonly startedAt: number;
  readonly info: string | null;
}

/** Which processes are alive, and until when, by the journal's clock. */
export class Owners {
  readonly #beats = new Map<string, Beat>();

  /** A clock that was set back must not extend anybody's lease. */
  heartbeat(owner: string, leaseMs: number, now: number, said?: OwnerInfo): void {
    const { startedAt = now, info = null } = this.#beats.get(owner) ?? {};
    const told = said === undefined ? info : JSON.stringify(said);
    this.#beats.set(owner, { aliveUntil: now + leaseMs, leaseMs, startedAt, info: told });
    for (const [other, beat] of this.#beats) {
      const aliveUntil = Math.min(beat.aliveUntil, now + beat.leaseMs);
      if (aliveUntil < beat.aliveUntil) this.#beats.set(other, { ...beat, aliveUntil });
    }
  }

  lives(owner: string, now: number): boolean {
    return (this.#beats.get(owner)?.aliveUntil ?? -Infinity) >= now;
  }

  get all(): readonly (Omit<Beat, 'leaseMs'> & { readonly owner: string })[] {
    return [...this.#beats].map(([owner, { aliveUntil, startedAt, info }]) => {
      return { owner, aliveUntil, startedAt, info };
    });
  }

  leave(owner: string): void {
    this.#beats.delete(owner);
  }
}
