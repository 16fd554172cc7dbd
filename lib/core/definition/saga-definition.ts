import { mermaidOf } from './diagram.js';
import { fingerprintOf } from './fingerprint.js';
import { type DefinitionJson, planJson } from './plan-json.js';
import { type Stage, type StepDefinition, stepsOf } from './step-definition.js';

/** Of those definitions that were asked for it: most plans of bare chains never are. */
const fingerprints = new WeakMap<SagaDefinition, string>();

/** The steps of long plans by label; a few are searched through as fast. */
const indices = new WeakMap<SagaDefinition, ReadonlyMap<string, StepDefinition>>();
const FEW_STEPS = 16;

function indexOf(definition: SagaDefinition): ReadonlyMap<string, StepDefinition> {
  let index = indices.get(definition);
  if (index === undefined) {
    index = new Map(definition.steps.map((step) => [step.label, step]));
    indices.set(definition, index);
  }
  return index;
}

/** A saga as a plan: never a run. Frozen, and shared by all its instances. */
export class SagaDefinition {
  /** The steps that run, in order of their start. */
  readonly forward: readonly StepDefinition[];

  /** @internal Use {@link defineSaga}, which validates. */
  constructor(
    readonly name: string,
    readonly version: number,
    /** What runs, in order. A step without company is a stage of its own. */
    readonly stages: readonly Stage[],
    readonly onCompensationFailure: 'continue' | 'halt',
    /** Steps that run no more, and are kept to be undone. */
    readonly retired: readonly StepDefinition[],
    private readonly aliases?: ReadonlyMap<string, string>,
  ) {
    this.forward = stepsOf(stages);
  }

  /** All of them: those that run, then those that are retired. */
  get steps(): readonly StepDefinition[] {
    const { forward, retired } = this;
    return retired.length === 0 ? forward : Object.freeze([...forward, ...retired]);
  }

  step(label: string): StepDefinition | undefined {
    const { forward, retired } = this;
    if (forward.length + retired.length > FEW_STEPS) return indexOf(this).get(label);
    for (const step of forward) if (step.label === label) return step;
    for (const step of retired) if (step.label === label) return step;
    return undefined;
  }

  /** The label of that name: itself where there is such a step, else what it is an alias of. */
  labelOf(name: string): string {
    const label = this.aliases?.get(name);
    return label === undefined || this.step(name) !== undefined ? name : label;
  }

  /** Changes whenever a change of the plan matters to unfinished sagas: version, labels, stages, flags. */
  get fingerprint(): string {
    let fingerprint = fingerprints.get(this);
    if (fingerprint === undefined) {
      fingerprint = fingerprintOf(planJson(this));
      fingerprints.set(this, fingerprint);
    }
    return fingerprint;
  }

  /** A Mermaid flow chart of the steps and their undos. */
  toMermaid(): string {
    return mermaidOf(this.name, this.stages);
  }

  toJSON(): DefinitionJson {
    return { name: this.name, fingerprint: this.fingerprint, ...planJson(this) };
  }
}
