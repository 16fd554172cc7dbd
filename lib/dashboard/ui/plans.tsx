import { useSignal } from '@preact/signals';
import { useData, urlOf } from './api.js';
import { Diagram } from './diagram.js';
import { listed, many } from './format.js';
import { Matrix, type Picked } from './matrix.js';
import { Ago, Card, CopyButton, Empty, Loading, Trouble } from './parts.js';
import { place, replaceWith } from './store.js';
import type { Plan, Plans } from './wire.js';

function PlanBody({ plan }: { readonly plan: Plan }) {
  const picked = useSignal<Picked | undefined>(undefined);
  const retired = plan.steps.filter((step) => step.retired);
  return (
    <div class="plan">
      <Card
        title={
          <>
            {plan.name}{' '}
            <small>
              version {plan.version} · <code>{plan.fingerprint.slice(0, 8)}</code>
            </small>
          </>
        }
        more={
          plan.mermaid === undefined ? undefined : (
            <CopyButton text={plan.mermaid} what="Mermaid text" />
          )
        }
      >
        <Diagram plan={plan} lit={picked.value?.cell} />
        {retired.length === 0 ? null : (
          <p class="note-line">
            Retired, kept to be undone: {listed(retired.map(({ label }) => label))}.
          </p>
        )}
        {plan.lastSeen === undefined ? null : (
          <p class="note-line">
            A process came with it last <Ago at={plan.lastSeen} />.
          </p>
        )}
      </Card>
      <Matrix plan={plan} picked={picked.value} pick={(one) => (picked.value = one)} />
    </div>
  );
}

export function PlansView() {
  const { data, error } = useData<Plans>(() => {
    const { params } = place.value;
    return urlOf('plans', { plan: params.get('plan') ?? undefined });
  });
  if (data === undefined) return error === undefined ? <Loading /> : <Trouble error={error} />;
  const { plans, plan } = data;
  if (plan === undefined)
    return (
      <div class="card">
        <Empty title="No plan is known">Decorate a provider with @Saga, and it appears here.</Empty>
      </div>
    );
  const key = ({ name, version, fingerprint }: Plans['plans'][number]): string =>
    `${name}@${version}@${fingerprint}`;
  return (
    <>
      <div class="chips" role="group" aria-label={many(plans.length, 'plan')}>
        {plans.map((one) => (
          <button
            key={key(one)}
            type="button"
            class="chip"
            aria-pressed={key(one) === key(plan)}
            onClick={() => replaceWith('plans', { plan: key(one) })}
          >
            {one.name} <b>v{one.version}</b>
            {one.here ? null : <small>not here</small>}
          </button>
        ))}
      </div>
      <PlanBody key={key(plan)} plan={plan} />
    </>
  );
}
