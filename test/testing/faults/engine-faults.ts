import {
  SagaConflictError,
  type EngineHealth,
  type OperatorReason,
  type SagaDefinition,
  type SagaFilter,
  type SagaHandle,
  type SagaRef,
  type SagaStartOptions,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine, type InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';

type Policy = SagaDefinition['steps'][number]['policy'];
type Start = SagaStartOptions & { readonly resumeFrom?: string };

/** The engine that the faults are built into. */
export class SoundEngine extends InProcessEngine {}

const NO_RETRY = { retries: 0, delay: 0, factor: 1, maxDelay: 0, jitter: 0, when: undefined };

/** An engine that has lost some settings of its steps on the way. */
function forgetting(lost: Partial<Policy>, fault: string): typeof SoundEngine {
  const known = new WeakMap<SagaDefinition, SagaDefinition>();
  function weakened(plan: SagaDefinition): SagaDefinition {
    const before = known.get(plan);
    if (before !== undefined) return before;
    const steps = plan.steps.map((step) => {
      const weak = { policy: { value: { ...step.policy, ...lost } } };
      return Object.create(step, weak) as typeof step;
    });
    const forward = steps.filter(({ action }) => action !== undefined);
    const weak = { steps: { value: steps }, forward: { value: forward } };
    const copy = Object.create(plan, weak) as SagaDefinition;
    known.set(plan, copy);
    return copy;
  }
  const Forgetting = class extends SoundEngine {
    override register(definition: SagaDefinition): void {
      super.register(weakened(definition));
    }
    override start(definition: SagaDefinition, context: unknown, options: Start) {
      return super.start(weakened(definition), context, options);
    }
  };
  Object.defineProperty(Forgetting, 'name', { value: fault });
  return Forgetting;
}

let made = 0;

/** Its codec has lost its sagas on the way. */
class EncodesForNobody extends SoundEngine {
  constructor({ codec, ...others }: InProcessEngineOptions) {
    const unbound = codec && { encode: codec.encode, decode: codec.decode };
    super(unbound === undefined ? others : { ...others, codec: unbound });
  }
}

class StartsTwice extends SoundEngine {
  override start(definition: SagaDefinition, context: unknown, options: Start) {
    const id = `${options.id ?? 'new'}-${(made += 1)}`;
    return super.start(definition, context, { ...options, id });
  }
}

class TakesAnyInput extends SoundEngine {
  readonly #first = new Map<string, SagaHandle>();
  override async start(definition: SagaDefinition, context: unknown, options: Start) {
    const first = this.#first.get(options.id ?? '');
    if (first !== undefined) return first;
    const handle = await super.start(definition, context, options);
    this.#first.set(handle.id, handle);
    return handle;
  }
}

class StartsWithoutCheck extends SoundEngine {
  override start(definition: SagaDefinition, context: unknown, options: Start) {
    const stored = JSON.parse(JSON.stringify(context)) as { product?: string };
    const cut = { ...stored, product: stored.product?.slice(0, 9) };
    return super.start(definition, cut, options);
  }
}

class ForgetsWhereToStart extends SoundEngine {
  override start(definition: SagaDefinition, context: unknown, options: Start) {
    const { resumeFrom: _, ...others } = options;
    return super.start(definition, context, others);
  }
}

class ForgetsDeadlines extends SoundEngine {
  override start(definition: SagaDefinition, context: unknown, options: Start) {
    const { deadline: _, ...others } = options;
    return super.start(definition, context, others);
  }
}

class NeverCancels extends SoundEngine {
  override cancel(): Promise<void> {
    return Promise.resolve();
  }
}

class CancelsAnything extends SoundEngine {
  override cancel(ref: SagaRef, reason: string): Promise<void> {
    return super.cancel(ref, reason).catch(() => undefined);
  }
}

class HidesWhoDidIt extends SoundEngine {
  override manual(ref: SagaRef, command: never, { reason }: OperatorReason): Promise<void> {
    return super.manual(ref, command, { by: 'somebody', reason });
  }
}

class ResumesWhatWasUndone extends SoundEngine {
  override async resume(ref: SagaRef, from?: string): Promise<SagaHandle> {
    return super.resume(ref, from).catch(() => ({ id: ref.id }) as SagaHandle);
  }
}

class ListsByNameOnly extends SoundEngine {
  override list({ name, limit, cursor }: SagaFilter) {
    return super.list({
      ...(name === undefined ? {} : { name }),
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined ? {} : { cursor }),
    });
  }
}

class ForgetsNothing extends SoundEngine {
  override forget(): Promise<void> {
    return Promise.resolve();
  }
}

class TakesLostAnswersForFailures extends SoundEngine {
  constructor(options: InProcessEngineOptions) {
    super({ ...options, unknownWhen: () => false });
  }
}

class KnowsOneVersion extends SoundEngine {
  override definition(name: string): SagaDefinition {
    return super.definition(name);
  }
  override get definitions(): readonly SagaDefinition[] {
    return [];
  }
}

class InterceptsNothing extends SoundEngine {
  constructor({ interceptors: _, ...options }: InProcessEngineOptions) {
    super(options);
  }
}

/** As if it were the saga's own process that is asked. */
class AttachesToItsOwnAlone extends SoundEngine {
  readonly #started = new Set<string>();
  override start(definition: SagaDefinition, context: unknown, options: Start) {
    this.#started.add(options.id ?? '');
    return super.start(definition, context, options);
  }
  override async attach(ref: SagaRef) {
    return this.#started.has(ref.id) ? super.attach(ref) : undefined;
  }
}

class AttachesToTheEnd extends SoundEngine {
  override async attach(ref: SagaRef) {
    const found = await super.attach(ref);
    await found?.result().catch(() => undefined);
    return found;
  }
}

class AttachesToAnything extends SoundEngine {
  override async attach(ref: SagaRef) {
    return (await super.attach(ref)) ?? ({ id: ref.id } as never);
  }
}

class RefusesAnotherPlan extends SoundEngine {
  override async start(definition: SagaDefinition, context: unknown, options: Start) {
    const handle = await super.start(definition, context, options);
    const found = await this.get({ name: definition.name, id: handle.id });
    if (found?.version === definition.version) return handle;
    throw new SagaConflictError('another definition');
  }
}

class ForgetsHeaders extends SoundEngine {
  override start(definition: SagaDefinition, context: unknown, options: Start) {
    const { headers: _, ...others } = options;
    return super.start(definition, context, others);
  }
}

/** Also where the start says otherwise. */
class StartHeadersHaveTheLastWord extends SoundEngine {
  readonly #startHeaders: InProcessEngineOptions['startHeaders'];

  constructor(options: InProcessEngineOptions) {
    super(options);
    this.#startHeaders = options.startHeaders;
  }
  override start(definition: SagaDefinition, context: unknown, options: Start) {
    const added = this.#startHeaders?.({ sagaName: definition.name, sagaId: options.id ?? '' });
    const headers = { ...options.headers, ...added };
    return super.start(definition, context, { ...options, headers });
  }
}

class NeverBusy extends SoundEngine {
  override health(): EngineHealth {
    return { ...super.health(), activeRuns: 0 };
  }
}

class NeverDraining extends SoundEngine {
  override health(): EngineHealth {
    return { ...super.health(), draining: false };
  }
}

/** Broken engines, each with the rule that must name its fault. */
export const engineFaults: readonly (readonly [Engine: typeof SoundEngine, rule: string])[] = [
  [NeverBusy, 'health tells active runs, and that an engine closes'],
  [NeverDraining, 'health tells active runs, and that an engine closes'],
  [InterceptsNothing, 'interceptors stand around every attempt of an action, an undo and a probe'],
  [
    ForgetsHeaders,
    'observers and interceptors see what a saga was started with, and when, also after a deploy',
  ],
  [
    StartHeadersHaveTheLastWord,
    'startHeaders adds to what a saga is started with; the start itself has the last word',
  ],
  [
    TakesLostAnswersForFailures,
    'a lost answer is not a failure: the probe is asked, the step undone',
  ],
  [StartsTwice, 'a second start of the same saga waits for the first'],
  [StartsTwice, 'of starts at the same time one runs, and all hear of its end'],
  [TakesAnyInput, 'a second start with another input or plan is a conflict'],
  [StartsWithoutCheck, 'an input that cannot be stored is refused before anything runs'],
  [RefusesAnotherPlan, 'a start after a deploy is answered by the saga that has ended'],
  [AttachesToTheEnd, 'a saga under way is found by its id, with its data and its end'],
  [AttachesToItsOwnAlone, 'a saga that has ended is found by its id after a deploy'],
  [AttachesToAnything, 'an id that nobody has started, or that was forgotten, finds nothing'],
  [ForgetsWhereToStart, 'a start from a label passes over the steps before it'],
  [ForgetsDeadlines, 'a deadline cancels a saga that has not ended'],
  [NeverCancels, 'a cancel aborts the action in flight, then undoes what was done'],
  [NeverCancels, 'a cancel ends the pause before a retry'],
  [CancelsAnything, 'what has ended, is unknown or past its pivot is not cancelled'],
  [
    HidesWhoDidIt,
    'an undo whose retries are exhausted parks the saga, after the others; it can be retried',
  ],
  [
    ResumesWhatWasUndone,
    'an undo whose retries are exhausted parks the saga, after the others; it can be retried',
  ],
  [
    EncodesForNobody,
    'payloads and messages of errors go through the codec of their saga alone, also after a deploy',
  ],
  [EncodesForNobody, 'a result that an operator gives goes through the codec of its saga'],
  [ListsByNameOnly, 'sagas are found by name, status, key and tags, newest first'],
  [ForgetsNothing, 'a saga at rest is forgotten, and its id is free again'],
  [KnowsOneVersion, 'an engine tells the plans of its deploy, and no others'],
  [
    forgetting({ retry: NO_RETRY }, 'NeverRetries'),
    'a step is retried after its pauses, with one key, on a fresh copy',
  ],
  [
    forgetting({ retry: { ...NO_RETRY, retries: 2 } }, 'RetriesWithoutPause'),
    'a step is retried after its pauses, with one key, on a fresh copy',
  ],
  [
    forgetting({ retry: { ...NO_RETRY, retries: 5 } }, 'RetriesTooOften'),
    'a step that uses up its attempts fails; one for good does not',
  ],
  [
    forgetting({ timeout: undefined }, 'WaitsForEver'),
    'an attempt over its time is aborted and undone as unknown',
  ],
  [
    forgetting({ probe: undefined }, 'NeverProbes'),
    'a probe settles what is in doubt, with the result that was lost',
  ],
  [
    forgetting({ pivot: false }, 'KnowsNoPivot'),
    'past the pivot nothing is undone: it parks, and a resume ends it',
  ],
  [
    forgetting({ compensationRetry: NO_RETRY }, 'TriesAnUndoOnce'),
    'an undo has its own retries, and a cancel does not stop it',
  ],
  [
    forgetting({ idempotent: true, pivot: false }, 'RepeatsWhatMustNotBe'),
    'a step in doubt that must not be repeated parks before its pivot is passed',
  ],
];
