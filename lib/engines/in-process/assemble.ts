import { randomUUID } from 'node:crypto';
import { jsonCodec } from '../../core/index.js';
import {
  DefinitionRegistry,
  environmentOf,
  payloadLimits,
  redacting,
} from '../../core/engine/index.js';
import { AtMost } from './ownership/at-most.js';
import type { CheckedOptions } from './checked-options.js';
import { Claims } from './ownership/claims.js';
import type { InProcessEngineOptions } from './engine-options.js';
import type { EngineParts } from './engine-parts.js';
import type { Journaling } from './ownership/journaling.js';
import { Lease } from './ownership/lease.js';
import { ActiveRuns } from './runs/active-runs.js';
import { Heartbeat } from './ownership/heartbeat.js';
import { RecoveryWorker } from './recovery/recovery-worker.js';
import { ResultWaiter } from './runs/result-waiter.js';
import { Retention } from './operations/retention.js';
import { RunFactory } from './runs/run-factory.js';
import { Operations } from './operations/operations.js';
import { UnknownSagas } from './recovery/unknown-sagas.js';

/** How many questions of sagas after their ownership are under way at a time. */
const MAX_ASKS = 64;

/** The parts of one engine, put together. */
export function assemble(
  options: InProcessEngineOptions,
  { leaseMs, recovery, deleteAfter }: CheckedOptions,
) {
  const { journal, observers } = options;
  const { logger, redact } = redacting(options);
  const environment = environmentOf(options);
  const journaling: Journaling = {
    journal,
    application: options.application ?? '',
    codec: options.codec ?? jsonCodec,
    limits: payloadLimits(options.limits),
    redact,
    owner: randomUUID(),
    lease: new Lease(environment.clock, leaseMs, () => ownership.beat()),
    asks: new AtMost(MAX_ASKS),
  };
  const live = new ActiveRuns();
  const parts: EngineParts = {
    journaling,
    environment,
    logger,
    registry: new DefinitionRegistry(),
    live,
    claims: new Claims(journaling, live),
    runs: new RunFactory(journaling, environment, logger, observers),
  };
  const ownership: Heartbeat = new Heartbeat(parts, journaling.lease);
  const worker = new RecoveryWorker(parts, recovery);
  return {
    parts,
    ownership,
    operations: new Operations(parts),
    retention: new Retention(parts, deleteAfter),
    unknown: new UnknownSagas(parts),
    worker,
    remote: new ResultWaiter(parts, (row) => worker.takeUp(row)),
  };
}
