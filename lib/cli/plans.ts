import { type SagaDefinition, SagaNotFoundError, type StoredPlan } from '../core/index.js';
import { planOfJson } from '../core/definition/index.js';
import { quoted } from '../core/ports/index.js';
import { appPlans } from './app-plans.js';
import type { Call } from './call.js';
import { CliError, EXIT } from './exit.js';

/** Plans, of one name where it is given; the one that was brought along last comes first. */
export async function storedPlans(call: Call, name?: string): Promise<readonly StoredPlan[]> {
  const insight = await call.insight();
  const plans = await insight.plans(name === undefined ? {} : { names: [name] });
  return [...plans].sort(
    (one, other) =>
      other.lastSeen.getTime() - one.lastSeen.getTime() || other.version - one.version,
  );
}

export function definitionOf({ name, plan }: StoredPlan): SagaDefinition {
  if (plan === undefined)
    throw new CliError(`The plan of ${quoted(name)} cannot be read`, EXIT.failed);
  return planOfJson(plan);
}

/** The newest plan of that name, or that version: of `--app`, else of the journal. @throws SagaNotFoundError */
export async function planNamed(call: Call): Promise<SagaDefinition> {
  const [name = ''] = call.args;
  const version = call.text('version');
  const isMeant = (plan: Pick<SagaDefinition, 'name' | 'version'>): boolean =>
    plan.name === name && (version === undefined || `${plan.version}` === version);
  const which = version === undefined ? '' : ` version ${version}`;
  const own = await appPlans(call);
  if (own !== undefined) {
    const found = own.find(isMeant);
    if (found !== undefined) return found;
    const known = [...new Set(own.map((plan) => plan.name))].sort().join(', ');
    throw new SagaNotFoundError(`--app has no plan of ${quoted(name)}${which}; it has ${known}`);
  }
  const found = (await storedPlans(call, name)).find(isMeant);
  if (found !== undefined) return definitionOf(found);
  throw new SagaNotFoundError(`No plan of ${quoted(name)}${which} is known${call.whose}`);
}
