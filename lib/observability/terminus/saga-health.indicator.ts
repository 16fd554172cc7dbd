import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { isSagaError, type SagaEngine } from '../../core/index.js';
import { SAGA_ENGINE } from '../../nest/index.js';
import { backlogOf, canTellUnowned, type Backlog } from './backlog.js';
import { checkBacklog, checkReady, type BacklogOptions, type ReadyOptions } from './options.js';
import { TOO_LATE, within } from './within.js';

/** What exceeds its limit. */
function exceeded(
  { parked, unowned = 0, oldestMs = 0 }: Backlog,
  { maxParked = Infinity, maxUnowned = Infinity, maxAgeMs = Infinity }: BacklogOptions,
): readonly string[] {
  return [
    parked > maxParked ? 'parked' : [],
    unowned > maxUnowned ? 'unowned' : [],
    oldestMs > maxAgeMs ? 'age' : [],
  ].flat();
}

/**
 * Checks for Terminus. They tell numbers and a reason, never the text of an error, in which a host may be
 * named. None of them belongs into a liveness probe: a restart cures neither, and interrupts sagas.
 */
@Injectable()
export class SagaHealthIndicator {
  #asked: { readonly at: number; readonly answer: Promise<void> } | undefined;

  constructor(
    @Inject(SAGA_ENGINE) private readonly engine: SagaEngine,
    private readonly health: HealthIndicatorService,
  ) {}

  /**
   * For readiness: down while this process shuts down (`draining`), while it may own no saga (`lease-lost`), and
   * while the journal, or the server, fails (`journal-failed`) or does not answer in time (`journal-timeout`).
   *
   * @throws SagaOptionsError
   */
  async ready<const K extends string = 'sagas'>(
    key: K = 'sagas' as K,
    options: ReadyOptions = {},
  ): Promise<HealthIndicatorResult<K>> {
    checkReady(options);
    const { timeoutMs = 1_000 } = options;
    const check = this.health.check(key);
    const { activeRuns, draining, leaseLeftMs } = this.engine.health();
    const numbers = { activeRuns, ...(leaseLeftMs === undefined ? {} : { leaseLeftMs }) };
    if (draining) return check.down({ reason: 'draining', ...numbers });
    if (leaseLeftMs === 0) return check.down({ reason: 'lease-lost', ...numbers });
    const began = performance.now();
    const reason = await within(this.#ask(timeoutMs), timeoutMs).then(
      (answer) => (answer === TOO_LATE ? 'journal-timeout' : undefined),
      () => 'journal-failed',
    );
    const told = { ...numbers, journalMs: Math.round(performance.now() - began) };
    return reason === undefined ? check.up(told) : check.down({ reason, ...told });
  }

  /**
   * For alerts, on a route of its own: how many sagas are parked, how many nobody works on, and how old the
   * oldest of these is; down where one of them is above what you say. Parked sagas wait for a person: in a
   * readiness probe one of them would end the traffic of all instances.
   *
   * @throws SagaOptionsError
   */
  async backlog<const K extends string = 'saga-backlog'>(
    key: K = 'saga-backlog' as K,
    options: BacklogOptions = {},
  ): Promise<HealthIndicatorResult<K>> {
    checkBacklog(options, canTellUnowned(this.engine));
    const { maxJournalMs = 10_000 } = options;
    const check = this.health.check(key);
    const began = performance.now();
    const found = await within(backlogOf(this.engine), maxJournalMs).catch((error: unknown) => {
      if (isSagaError(error, 'SAGA_OPTIONS')) throw error;
      return undefined;
    });
    const journalMs = Math.round(performance.now() - began);
    if (found === undefined) return check.down({ reason: 'journal-failed', journalMs });
    if (found === TOO_LATE) return check.down({ reason: 'journal-timeout', journalMs });
    const over = exceeded(found, options);
    const told = { ...found, journalMs };
    return over.length === 0 ? check.up(told) : check.down({ reason: over.join(', '), ...told });
  }

  /** However many probes come while the journal hangs, it is asked once in the time that they wait. */
  #ask(timeoutMs: number): Promise<void> {
    const at = performance.now();
    if (this.#asked !== undefined && at - this.#asked.at < timeoutMs) return this.#asked.answer;
    const answer = this.engine.ping().finally(() => {
      if (this.#asked?.answer === answer) this.#asked = undefined;
    });
    this.#asked = { at, answer };
    // Who asked may have stopped waiting.
    answer.catch(() => undefined);
    return answer;
  }
}
