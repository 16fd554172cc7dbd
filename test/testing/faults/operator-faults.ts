import type {
  AuditEntry,
  AuditFilter,
  AuditOutcome,
  CancelRequest,
  EndRequest,
  ForgetActs,
  ForgetRequest,
  JournalBatch,
  RequestFilter,
  SagaRef,
  SagaRow,
  TakeRequests,
} from 'nestjs-saga-orchestrator/core';
import type { MemoryOperators } from '../../../lib/journals/memory/operators.js';
import { Faulty, type Fault } from './faulty.js';

/** A journal with a fault in what it keeps of operators. */
function faultOf(
  name: string,
  make: (inner: MemoryOperators) => Partial<MemoryOperators>,
): typeof Faulty {
  class Made extends Faulty {
    constructor(clock: { now: number }) {
      super(clock);
      const inner = this.operators;
      const own = make(inner);
      const operators = new Proxy(inner, {
        get: (_, key: keyof MemoryOperators) => own[key] ?? (inner[key].bind(inner) as unknown),
      });
      Object.assign(this, { operators });
    }
  }
  Object.defineProperty(Made, 'name', { value: name });
  return Made;
}

const WritesNoAudit = faultOf('WritesNoAudit', () => ({ write: () => undefined }));

const KeepsEveryEntry = faultOf('KeepsEveryEntry', (inner) => {
  let copies = 0;
  return {
    write: (entries: readonly AuditEntry[], outcome: AuditOutcome) => {
      const copied = entries.map((one) => ({ ...one, entry: `${one.entry} ${(copies += 1)}` }));
      inner.write(copied, outcome);
    },
  };
});

const ListsTheWholeAudit = faultOf('ListsTheWholeAudit', (inner) => ({
  audit: ({ by: _, ...filter }: AuditFilter) => inner.audit(filter),
}));

const ListsOneApplication = faultOf('ListsOneApplication', (inner) => ({
  requests: ({ application: _, ...filter }: RequestFilter) => inner.requests(filter),
}));

/** Is asked for something else. */
function takes(name: string, change: (asked: TakeRequests) => TakeRequests): typeof Faulty {
  return faultOf(name, (inner) => ({ take: (asked) => inner.take(change(asked)) }));
}

const TakesAnyName = takes('TakesAnyName', (asked) => ({ ...asked, actsOnAny: asked.acts }));
const TakesAnyAct = takes('TakesAnyAct', (asked) => ({
  ...asked,
  acts: [...asked.acts, 'resume'],
}));
const TakesWhatItHas = takes('TakesWhatItHas', (asked) => ({ ...asked, except: [] }));

async function inHand(inner: MemoryOperators) {
  const { requests } = await inner.requests({ open: true });
  return requests.filter(({ takenBy }) => takenBy !== null);
}

/** As if everybody who has something in hand were gone. */
const TakesFromTheLiving = faultOf('TakesFromTheLiving', (inner) => ({
  take: async (asked) => {
    for (const { request, takenBy } of await inHand(inner)) {
      if (takenBy !== asked.owner) await inner.letGo(request, takenBy ?? '');
    }
    return inner.take(asked);
  },
}));

/** One that was taken stays so. */
const NeverTakesAgain = faultOf('NeverTakesAgain', (inner) => ({
  take: async (asked) => {
    const had = (await inHand(inner)).map(({ request }) => request);
    return inner.take({ ...asked, except: [...asked.except, ...had] });
  },
}));

const TakesOutOfOrder = faultOf('TakesOutOfOrder', (inner) => ({
  take: async (asked) => {
    const first = await inner.take(asked);
    for (const { request } of first) {
      await inner.end({ request, owner: asked.owner, outcome: 'done', message: null });
    }
    return [...first, ...(await inner.take(asked))];
  },
}));

const EndsForAnybody = faultOf('EndsForAnybody', (inner) => ({
  end: async (end: EndRequest) => {
    const { requests } = await inner.requests({ request: end.request });
    return inner.end({ ...end, owner: requests[0]?.takenBy ?? null });
  },
}));

const LetsGoForAnybody = faultOf('LetsGoForAnybody', (inner) => ({
  letGo: async (request: string) => {
    const { requests } = await inner.requests({ request });
    await inner.letGo(request, requests[0]?.takenBy ?? '');
  },
}));

/** The later one counts. */
const ReplacesARequest = faultOf('ReplacesARequest', (inner) => {
  const acts = new Map<string, 'terminate'>();
  return {
    request: async (asked) => {
      if (asked.act === 'terminate') acts.set(asked.request, asked.act);
      await inner.request(asked);
    },
    requests: async (filter: RequestFilter) => {
      const page = await inner.requests(filter);
      const requests = page.requests.map((row) => ({
        ...row,
        act: acts.get(row.request) ?? row.act,
      }));
      return { ...page, requests };
    },
  };
});

const LosesTheResult = faultOf('LosesTheResult', (inner) => ({
  request: (asked) => inner.request({ ...asked, result: null }),
}));

const LosesTheBulk = faultOf('LosesTheBulk', (inner) => ({
  request: (asked) => inner.request({ ...asked, bulk: null }),
}));

const DeletesWhatIsOpen = faultOf('DeletesWhatIsOpen', (inner) => ({
  forget: async (asked: ForgetActs) => {
    const { requests } = await inner.requests({ open: true });
    for (const { request, takenBy: owner } of requests) {
      await inner.end({ request, owner, outcome: 'done', message: null });
    }
    return inner.forget(asked);
  },
}));

const DeletesOfAllApplications = faultOf('DeletesOfAllApplications', (inner) => ({
  forget: async (asked: ForgetActs) => {
    await inner.forget({ ...asked, application: 'bank' });
    return inner.forget(asked);
  },
}));

class AuditsWhatItRefuses extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    this.operators.write(batch.audit ?? [], 'done');
    return super.append(batch);
  }
}

class AuditsTheFirstAct extends Faulty {
  override append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    return super.append({ ...batch, audit: (batch.audit ?? []).slice(0, 1) });
  }
}

class ForgetsWhoAsked extends Faulty {
  override async requestCancel(ref: SagaRef, reason: string, audit?: AuditEntry): Promise<void> {
    await super.requestCancel(ref, reason);
    if (audit !== undefined) this.operators.write([audit], 'requested');
  }
}

class AuditsCancelsOfNothing extends Faulty {
  override async requestCancel(ref: SagaRef, reason: string, audit?: AuditEntry): Promise<void> {
    await super.requestCancel(ref, reason, audit);
    if (audit !== undefined) this.operators.write([audit], 'requested');
  }
}

class KeepsWhoAskedTooLong extends Faulty {
  readonly #asked = new Map<string, string>();

  override async requestCancel(ref: SagaRef, reason: string, audit?: AuditEntry): Promise<void> {
    if (audit !== undefined) this.#asked.set(ref.id, audit.by);
    await super.requestCancel(ref, reason, audit);
  }

  override async claim(...args: Parameters<Faulty['claim']>): Promise<readonly SagaRow[]> {
    const rows = await super.claim(...args);
    return rows.map((row) => ({ ...row, cancelBy: this.#asked.get(row.id) ?? row.cancelBy }));
  }
}

class TellsNoCancelWithAnAct extends Faulty {
  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const told = await super.append(batch);
    return batch.audit === undefined ? told : undefined;
  }
}

class AuditsForgettingNothing extends Faulty {
  override async forget(request: ForgetRequest): Promise<number> {
    const gone = await super.forget(request);
    if ('ref' in request && request.audit !== undefined) {
      this.operators.write([request.audit], 'done');
    }
    return gone;
  }
}

const BROUGHT = 'an append brings what operators did with its records';
const DIED = 'a request whose process died is taken again, and not before';

export const operatorFaults: readonly Fault[] = [
  [WritesNoAudit, BROUGHT],
  [AuditsTheFirstAct, BROUGHT],
  [AuditsWhatItRefuses, 'an append that is refused leaves no trace in the audit'],
  [KeepsEveryEntry, 'an act is in the audit once, however often it is written'],
  [ForgetsWhoAsked, 'a request to cancel keeps who asked, and is in the audit'],
  [AuditsCancelsOfNothing, 'a request to cancel a saga at rest is not in the audit'],
  [KeepsWhoAskedTooLong, 'who asked to cancel goes with the request'],
  [TellsNoCancelWithAnAct, 'an append that brings an act tells of a request to cancel, too'],
  [AuditsForgettingNothing, 'what was deleted by hand is in the audit, which outlives it'],
  [ListsTheWholeAudit, 'the audit is listed newest first, by any condition, in pages'],
  [ListsOneApplication, 'requests and the audit of two applications stay apart'],
  [DeletesOfAllApplications, 'requests and the audit of two applications stay apart'],
  [TakesAnyName, 'a request is for whoever knows the name and the act'],
  [TakesAnyAct, 'a request is for whoever knows the name and the act'],
  [TakesWhatItHas, 'a process gets again what it has taken and does not know of'],
  [TakesFromTheLiving, DIED],
  [NeverTakesAgain, DIED],
  [NeverTakesAgain, 'who has gone leaves its requests at once'],
  [TakesFromTheLiving, 'two who take at the same time never get the same request'],
  [TakesOutOfOrder, 'of one saga only the oldest open request is taken'],
  [EndsForAnybody, DIED],
  [EndsForAnybody, 'a request is withdrawn by nobody once somebody has it'],
  [LetsGoForAnybody, 'a request that is let go is as it was'],
  [ReplacesARequest, 'the same request again changes nothing'],
  [LosesTheResult, 'a request is left, taken in hand, and ended'],
  [LosesTheBulk, 'requests are listed newest first, by any condition, in pages'],
  [DeletesWhatIsOpen, 'what is old is deleted, and what is open never'],
];
