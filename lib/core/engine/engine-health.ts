/** How this process stands, without asking anybody: for a readiness probe, and for people. */
export interface EngineHealth {
  /** How many sagas this process is working on; on Restate: those with a step in flight here. */
  readonly activeRuns: number;
  /** It shuts down, or has: it begins no step any more. */
  readonly draining: boolean;
  /** By this name the journal knows the process; absent where the engine has no leases (Restate). */
  readonly owner?: string;
  /**
   * For how long the process may own sagas unless its heartbeat renews that, in ms. 0: before it was
   * opened, once it has closed, and when the lease has ended: others may take its sagas over. Absent
   * where the engine has no leases.
   */
  readonly leaseLeftMs?: number;
  /** Why the last heartbeat failed; absent when it has succeeded. */
  readonly heartbeatError?: unknown;
}
