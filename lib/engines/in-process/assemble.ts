import { randomUUID } from 'node:crypto';
import { jsonCodec, type OwnerInfo } from '../../core/index.js';
import {
  DefinitionRegistry,
  environmentOf,
  payloadLimits,
  redacting,
} from '../../core/engine/index.js';
import type { CheckedOptions } from './checked-options.js';
import type { InProcessEngineOptions } from './engine-options.js';
import {
  Acts,
  Cancel,
  CancelElsewhere,
  CancelForOwner,
  Commands,
  RequestWorker,
  Resume,
  Retention,
  TakeUp,
  Termination,
} from './operations/index.js';
import { AtMost, Claims, Heartbeat, JournalSession, Lease, ownerInfo } from './ownership/index.js';
import {
  BootReport,
  ClaimedSagas,
  Intake,
  KeptPlans,
  LeftSagas,
  RecoveryWorker,
  Slots,
  UnknownSagas,
} from './recovery/index.js';
import {
  ActiveRuns,
  AfterCommit,
  ObservedRuns,
  RecordWriter,
  ResultWaiter,
  RunFactory,
  SagaReader,
  Starts,
  StartsInTransaction,
} from './runs/index.js';

/** How many sagas at a time ask the journal whether they are still owned by this process. */
const MAX_ASKS = 64;

/** Puts one engine together: each part is given the few parts that it uses. */
export function assemble(
  options: InProcessEngineOptions,
  { leaseMs, recovery, deleteAfter }: CheckedOptions,
) {
  const { journal, application = '', codec = jsonCodec } = options;
  const { logger, redact } = redacting(options);
  const environment = environmentOf(options);
  const { clock } = environment;
  const owner = randomUUID();
  const { transactions } = options;
  const access = { journal, application, owner, transactions, asks: new AtMost(MAX_ASKS) };
  const storing = { codec, limits: payloadLimits(options.limits), redact };
  const registry = new DefinitionRegistry();

  const lease = new Lease(clock, leaseMs, () => heartbeat.beat());
  const live = new ActiveRuns((saga) => claims.release(saga));
  const claims = new Claims(access, lease, live);
  const said = (): OwnerInfo => {
    const worker = options.worker !== false;
    return ownerInfo(application, registry, { worker, draining: live.isClosing });
  };
  const session = new JournalSession(access, claims, live, said);
  const heartbeat: Heartbeat = new Heartbeat(session, lease, live, logger);

  const observed = new ObservedRuns(environment, logger, options.observers);
  const runs = new RunFactory(access, lease, storing, observed);
  const reader = new SagaReader(access, registry, runs);
  const writer = new RecordWriter(access, observed);

  const left = new LeftSagas(claims, writer, clock, logger);
  const slots = new Slots(lease, live, logger, recovery);
  const { maxRecoveries, pollMs } = recovery;
  const claimed = new ClaimedSagas(reader, slots, left, { owner, maxRecoveries });
  const intake = new Intake(registry, claims, claimed, left);
  const { random } = environment;
  const look = (): void => requests.look();
  const worker = new RecoveryWorker(intake, slots, { clock, random, logger, look }, pollMs);
  const waiter = new ResultWaiter(reader, live, lease, (row) => worker.takeUp(row));

  const starts = new Starts(registry, runs, reader, live, waiter);
  const afterCommit = new AfterCommit(claims, reader, live, clock);
  const known = { registry, logger, transactions };
  const inTransaction = new StartsInTransaction(access, known, runs, starts, afterCommit, waiter);

  const takeUp = new TakeUp(claims, reader, live);
  const forOwner = new CancelForOwner(claims, reader, takeUp, writer);
  const elsewhere = new CancelElsewhere(access, lease, reader, forOwner);
  const plans = new KeptPlans(access, registry, logger);
  const operations = {
    cancel: new Cancel(live, reader, takeUp, elsewhere),
    resume: new Resume(live, reader, takeUp, starts),
    commands: new Commands(live, reader, takeUp, storing),
    termination: new Termination(live, reader, claims, writer),
  };
  const acts = new Acts(access, reader, operations, storing, environment.ids);
  const telling = { clock, logger, redact };
  const requests = new RequestWorker(access, registry, reader, acts, telling, pollMs);
  return {
    environment,
    logger,
    redact,
    registry,
    access,
    lease,
    heartbeat,
    live,
    reader,
    waiter,
    starts,
    inTransaction,
    afterCommit,
    storing,
    operations,
    acts,
    background: {
      worker,
      requests,
      retention: new Retention(access, deleteAfter, clock, logger),
      plans,
      /** Nobody waits for what they do. */
      reports: [
        plans,
        new UnknownSagas(access, registry, clock, logger),
        new BootReport(access, registry, reader, logger),
      ],
    },
  };
}

/** All parts of one engine. */
export type Assembled = ReturnType<typeof assemble>;
