interface Beat {
  readonly aliveUntil: number;
  readonly leaseMs: number;
}

/** Which processes are alive, and until when, by the journal's clock. */
export class Owners {
  readonly #beats = new Map<string, Beat>();

  /** A clock that was set back must not extend anybody's lease. */
  heartbeat(owner: string, leaseMs: number, now: number): void {
    this.#beats.set(owner, { aliveUntil: now + leaseMs, leaseMs });
    for (const [other, beat] of this.#beats) {
      const aliveUntil = Math.min(beat.aliveUntil, now + beat.leaseMs);
      if (aliveUntil < beat.aliveUntil) this.#beats.set(other, { ...beat, aliveUntil });
    }
  }

  lives(owner: string, now: number): boolean {
    return (this.#beats.get(owner)?.aliveUntil ?? -Infinity) >= now;
  }

  leave(owner: string): void {
    this.#beats.delete(owner);
  }
}
