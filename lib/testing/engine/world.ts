import { randomUUID } from 'node:crypto';
import {
  NOTHING_TO_UNDO,
  defineSaga,
  SagaOrchestratorBuilder,
  silentLogger,
  type AnySagaStep,
  type ISagaCompensationContext,
  type ISagaContext,
  type ISagaRunContext,
  type ProbeAnswer,
  type RetiredSagaStep,
  type RunObserver,
  type SagaDefinition,
  type SagaDefinitionOptions,
  type SagaEngine,
  type SagaHandle,
  type SagaStartOptions,
} from '../../core/index.js';
import {
  answer,
  type Behaviour,
  type Call,
  type OrderContext,
  type Participant,
  type Seen,
} from './participants.js';

type AnyContext = ISagaContext<OrderContext>;

interface SeenSaga extends Seen {
  /** The plan by which it began. */
  readonly definition: SagaDefinition;
}

/** The participants of the sagas under test, who write down what they were asked for and did. */
export class World implements RunObserver {
  readonly calls: Call[] = [];
  readonly #sagas = new Map<string, SeenSaga>();
  readonly #hooks = new Map<string, () => void>();

  get sagas(): readonly SeenSaga[] {
    return [...this.#sagas.values()];
  }

  onRecord(...[run, record]: Parameters<RunObserver['onRecord']>): void {
    this.#saga(run.sagaId, run.definition).trace.push({ kind: 'record', record });
  }

  /** A plan of its own name, unless one is given. */
  plan(
    participants: Readonly<Record<string, Participant>>,
    options: SagaDefinitionOptions & {
      readonly name?: string;
      readonly retired?: readonly string[];
    } = {},
  ): SagaDefinition {
    const { name = `Order_${randomUUID().slice(0, 8)}`, retired = [], ...rest } = options;
    const all = Object.entries(participants).map(([label, one]) => this.#step(label, one));
    // Behind a pivot nothing is undone: a plan with a compensation there is refused.
    const pivot = all.findIndex((step) => step.pivot === true);
    const steps = all.map((step, index): AnySagaStep<OrderContext> =>
      pivot >= 0 && index > pivot ? { ...step, compensate: NOTHING_TO_UNDO } : step,
    );
    const gone = retired.map((label): RetiredSagaStep<OrderContext, never> => ({
      label,
      compensate: (ctx) => this.#undo(ctx, 'ok'),
    }));
    return defineSaga<OrderContext>(name, steps, { ...rest, retired: gone });
  }

  start(
    engine: SagaEngine,
    definition: SagaDefinition,
    options: SagaStartOptions & { readonly resumeFrom?: string; readonly quantity?: number } = {},
  ): Promise<SagaHandle> {
    const { quantity = 2, id = randomUUID(), ...rest } = options;
    const seen = this.#sagas.get(id);
    if (seen === undefined) this.#saga(id, definition);
    return engine.start(definition, { product: 'tea', quantity }, { ...rest, id });
  }

  /** Runs it as a chain, whose caller waits for its end. */
  async run(
    engine: SagaEngine,
    definition: SagaDefinition,
    { id, quantity = 2 }: { readonly id: string; readonly quantity?: number },
  ): Promise<ISagaRunContext<unknown>> {
    this.#saga(id, definition);
    const { name } = definition;
    const context = { product: 'tea', quantity };
    const options = { id, definition, host: engine };
    return new SagaOrchestratorBuilder(name, context, silentLogger, options).runAsync();
  }

  /** The judge must know that the saga goes on by another plan. */
  redefined(id: string, definition: SagaDefinition): void {
    this.#saga(id, definition).trace.push({ kind: 'deploy', definition });
  }

  /** Somebody has undone a step by hand. */
  undoneByHand(id: string, label: string): void {
    const saga = this.#sagas.get(id);
    saga?.standing.delete(label);
    saga?.trace.push({ kind: 'effect', direction: 'undo', label });
  }

  /** What a saga asked for, in order: `Charge`, `undo Charge`, `probe Charge`. */
  log(id: string): readonly string[] {
    return this.calls.filter((call) => call.id === id).map(({ what }) => what);
  }

  /** What stands in the world because of a saga. */
  standing(id: string): readonly string[] {
    return [...(this.#sagas.get(id)?.standing ?? [])];
  }

  /** Resolves when a saga asks for it. Ask before it can happen. */
  asked(what: string, id: string): Promise<void> {
    return new Promise((resolve) => this.#hooks.set(`${id} ${what}`, resolve));
  }

  #saga(id: string, definition: SagaDefinition): SeenSaga {
    const known = this.#sagas.get(id);
    if (known !== undefined) return known;
    const saga = { definition, trace: [], standing: new Set<string>() };
    this.#sagas.set(id, saga);
    return saga;
  }

  #step(label: string, participant: Participant): AnySagaStep<OrderContext> {
    const { does = ['ok'], undoes = ['ok'], probes, ...options } = participant;
    const fate = (all: readonly Behaviour[], what: string, id: string): Behaviour => {
      const before = this.calls.filter((call) => call.what === what && call.id === id).length;
      return all[Math.min(before, all.length - 1)] ?? 'ok';
    };
    return {
      ...options,
      label,
      action: (ctx) => this.#do(ctx, fate(does, label, ctx.sagaId)),
      ...(undoes === null
        ? {}
        : {
            compensate: (ctx: ISagaCompensationContext<OrderContext>) =>
              this.#undo(ctx, fate(undoes, `undo ${label}`, ctx.sagaId)),
          }),
      ...(probes === undefined
        ? {}
        : { probe: (ctx: AnyContext) => this.#probe(ctx, probes === 'truth') }),
    };
  }

  #note(ctx: AnyContext, direction: 'do' | 'undo' | 'probe', outcome?: string): SeenSaga {
    const { label, sagaId: id, attempt, idempotencyKey: key } = ctx;
    const what = direction === 'do' ? label : `${direction} ${label}`;
    const { note } = ctx.context;
    this.calls.push({ what, id, attempt, key, at: Date.now(), outcome, note });
    const saga = this.#sagas.get(id) as SeenSaga;
    saga.trace.push({ kind: 'call', direction, label });
    this.#hooks.get(`${id} ${what}`)?.();
    return saga;
  }

  async #do(ctx: AnyContext, fate: Behaviour): Promise<unknown> {
    const saga = this.#note(ctx, 'do');
    ctx.context.note = `${ctx.context.note ?? ''}${ctx.label}.`;
    return answer(saga, ctx, 'do', fate);
  }

  #undo(ctx: ISagaCompensationContext<OrderContext>, fate: Behaviour): Promise<unknown> {
    const saga = this.#note(ctx, 'undo', ctx.outcome);
    return answer(saga, ctx, 'undo', fate);
  }

  #probe(ctx: AnyContext, knows: boolean): ProbeAnswer {
    const { trace, standing } = this.#note(ctx, 'probe');
    trace.push({ kind: 'return', direction: 'probe', label: ctx.label });
    if (!knows) return 'unknown';
    return standing.has(ctx.label) ? { outcome: 'done', result: { found: ctx.label } } : 'not-done';
  }
}
