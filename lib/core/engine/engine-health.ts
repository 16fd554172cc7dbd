/** How this process stands, without asking anybody: for a readiness probe, and for people. */
export interface EngineHealth {
  /** How many sagas this process is working on; on Restate: those with a step in flight here. */
  readonly activeRuns: number;
  /** Whether it is shut down, or about to be: no step begins any more. */
  readonly draining: boolean;
  /** The id of the process in its journal; absent where the engine has no leases (Restate). */
  readonly owner?: string;
  /**
   * For how long the process may own sagas unless its heartbeat renews that, in ms. 0 before it was
   * opened, once it was closed, and when the lease has ended, so that others may take its sagas over.
   * Absent where the engine has no leases.
   */
  readonly leaseLeftMs?: number;
  /** Why the last heartbeat failed; absent when it has succeeded. */
  readonly heartbeatError?: unknown;
}
