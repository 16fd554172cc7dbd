import { defineSaga, failureMatrix } from 'nestjs-saga-orchestrator/core';
import { parseMermaid } from '../../support/mermaid.js';
import { together } from '../../support/staged.js';

const act = () => undefined;
const plan = defineSaga(
  'PlaceOrder',
  [
    { label: 'Create', action: act, compensate: act },
    { label: 'Reserve', action: act, compensate: act, idempotent: false, probe: () => 'done' },
    { label: 'Look', action: act },
    { label: 'Ship', action: act, pivot: true },
  ],
  { version: 2, retired: [{ label: 'Coupon', compensate: act, compensateOn: 'attempted' }] },
);
const staged = together(plan, 'Reserve', 'Look');

const plain = { compensate: true, pivot: false, compensateOn: 'done', idempotent: true };
const CREATE = { label: 'Create', ...plain, probe: false };
const RESERVE = { label: 'Reserve', ...plain, idempotent: false, probe: true };
const LOOK = { label: 'Look', ...plain, compensate: false, probe: false };
const SHIP = { label: 'Ship', ...plain, compensate: false, pivot: true, probe: false };
const COUPON = { label: 'Coupon', ...plain, compensateOn: 'attempted', probe: false };
const FINGERPRINT = '3cb43b934433b26f';

describe('a plan is a list of stages', () => {
  it('each of one step, unless it says otherwise', () => {
    expect(plan.stages.map(({ steps }) => steps)).toEqual(plan.forward.map((step) => [step]));
    expect([plan.stages, plan.retired].every(Object.isFrozen)).toBe(true);
  });

  it('whose steps in order are what runs, before what is retired', () => {
    expect(staged.stages.map(({ steps }) => steps.length)).toEqual([1, 2, 1]);
    expect(staged.forward).toEqual(plan.forward);
    expect(staged.steps).toEqual(plan.steps);
    expect(staged.step('Look')).toBe(plan.step('Look'));
    expect(staged.step('Coupon')).toBe(plan.retired[0]);
  });

  it('also as JSON, in which timeouts and retries do not stand', () => {
    const head = { name: 'PlaceOrder', version: 2, onCompensationFailure: 'continue' };
    expect(JSON.parse(JSON.stringify(plan))).toEqual({
      ...{ ...head, fingerprint: FINGERPRINT, retired: [COUPON] },
      stages: [{ steps: [CREATE] }, { steps: [RESERVE] }, { steps: [LOOK] }, { steps: [SHIP] }],
    });
    expect(JSON.parse(JSON.stringify(staged))).toEqual({
      ...{ ...head, fingerprint: staged.fingerprint, retired: [COUPON] },
      stages: [{ steps: [CREATE] }, { steps: [RESERVE, LOOK] }, { steps: [SHIP] }],
    });
  });

  it('of which unfinished sagas keep the fingerprint: it stays as it is for the plans of today', () => {
    expect(plan.fingerprint).toBe(FINGERPRINT);
    expect(staged.fingerprint).not.toBe(FINGERPRINT);
  });
});

describe('a stage of several steps', () => {
  const { nodes, edges } = parseMermaid(staged.toMermaid());
  const follow = (from: string, dotted = false) =>
    edges
      .filter((edge) => edge.from === from && edge.dotted === dotted)
      .map(({ to }) => nodes.get(to));

  it('is drawn side by side', () => {
    expect(follow('s0')).toEqual(['Reserve (probe)', 'Look']);
    expect(follow('s1')).toEqual(['Ship (pivot)']);
    expect(follow('s2')).toEqual(['Ship (pivot)']);
    const both = parseMermaid(together(plan, 'Create', 'Reserve').toMermaid());
    expect(both.edges.filter(({ from }) => from === 'start')).toHaveLength(2);
  });

  it('is undone one by one, those that failed apart', () => {
    expect(follow('s1', true)).toEqual(['undo Create', 'undo Reserve']);
    expect(follow('s2', true)).toEqual(['undo Reserve']);
    const both = parseMermaid(together(plan, 'Create', 'Reserve').toMermaid());
    const failed = both.edges.find(({ from, dotted }) => from === 's0' && dotted);
    expect(both.nodes.get(failed?.to ?? '')).toBe('undo Reserve');
  });

  it('has a row for each step in the failure matrix', () => {
    const labels = failureMatrix(staged).map(({ label }) => label);
    expect(labels).toEqual(['Create', 'Reserve', 'Look', 'Ship']);
  });
});
