import fc from 'fast-check';
import { defineSaga } from 'nestjs-saga-orchestrator/core';
import { parseMermaid, type Chart } from '../../support/mermaid.js';
import { check } from '../../support/seed.js';
import { oneWay } from '../../support/one-way.js';

const act = () => undefined;

function chartOf(steps: readonly object[], name = 'PlaceOrder'): Chart {
  return parseMermaid(defineSaga(name, steps as never).toMermaid());
}

const undoable = (label: string, options = {}) => ({
  label,
  action: act,
  compensate: act,
  ...options,
});

/** The texts along the edges of one kind, from a node. */
function follow({ nodes, edges }: Chart, from: string, dotted = false): (string | undefined)[] {
  return edges
    .filter((edge) => edge.from === from && edge.dotted === dotted)
    .map(({ to }) => nodes.get(to));
}

describe('the diagram of a saga', () => {
  it('draws the steps downwards and the undos of a failure backwards', () => {
    const chart = chartOf([
      undoable('Reserve'),
      { label: 'Look', action: act },
      undoable('Charge'),
    ]);
    expect(follow(chart, 'start')).toEqual(['Reserve']);
    expect(follow(chart, 's0')).toEqual(['Look']);
    expect(follow(chart, 's2')).toEqual(['completed']);
    expect(follow(chart, 's0', true)).toEqual(['compensated']);
    expect(follow(chart, 's1', true)).toEqual(['undo Reserve']);
    expect(follow(chart, 's2', true)).toEqual(['undo Reserve']);
    expect(follow(chart, 'u2')).toEqual(['undo Reserve']);
    expect(follow(chart, 'u0')).toEqual(['compensated']);
  });

  it('draws that a failure after the pivot is parked, and no undo past it', () => {
    const chart = chartOf([
      undoable('Reserve'),
      undoable('Pay', { pivot: true }),
      { label: 'Ship', action: act },
    ]);
    expect(follow(chart, 's1', true)).toEqual(['undo Reserve']);
    expect(follow(chart, 's2', true)).toEqual(['parked']);
    expect([...chart.nodes.values()]).not.toContain('undo Ship');
  });

  it("begins compensating with the failed step's own undo when it is undone as attempted", () => {
    const attempted = { compensateOn: 'attempted' };
    const chart = chartOf([undoable('Reserve'), undoable('Pay', { ...attempted, pivot: true })]);
    expect(follow(chart, 's1', true)).toEqual(['undo Pay']);
    expect(follow(chart, 'u1')).toEqual(['undo Reserve']);
  });

  it('notes pivot, retries, timeout and probe', () => {
    const options = { pivot: true, retry: 2, timeout: 500, probe: () => 'done' };
    const chart = chartOf([undoable('Pay', options)]);
    expect(chart.nodes.get('s0')).toBe('Pay (pivot, retry 2, timeout 500 ms, probe)');
  });

  it('leaves retired steps out', () => {
    const retired = [{ label: 'Coupon', compensate: act }];
    const saga = defineSaga('PlaceOrder', [undoable('Reserve')], { retired });
    expect(saga.toMermaid()).not.toContain('Coupon');
  });

  it.each([
    'a"] --> evil[("',
    '<script>alert(1)</script>',
    'line\nbreak\r\n  s0 --> s9',
    '#quot; &amp; `**bold**` \\"',
    'end',
    '%%{init: {}}%%',
    '𝔘𝔫𝔦 ü ]) }} /]',
  ])('keeps the label %j as it is, and well-formed', (label) => {
    const chart = chartOf([undoable(label)], label);
    expect(chart.nodes.get('s0')).toBe(label);
    expect(chart.nodes.get('start')).toBe(label);
    expect(chart.nodes.get('u0')).toBe(`undo ${label}`);
    expect(chart.edges).toHaveLength(4);
  });

  it('is well-formed for any plan: every edge ends at a node, every text reads as it was given', () => {
    const step = fc.record({
      label: fc
        .string({ minLength: 1, maxLength: 20, unit: 'binary' })
        .filter((label) => !label.includes('\0')),
      compensate: fc.constantFrom(act, Symbol.for('nestjs-saga-orchestrator.nothing-to-undo')),
      pivot: fc.boolean(),
      compensateOn: fc.constantFrom('done', 'attempted'),
    });
    const plan = fc.uniqueArray(step, {
      selector: ({ label }) => label,
      minLength: 1,
      maxLength: 6,
    });
    check(
      fc.property(plan.map(oneWay), (steps) => {
        const chart = chartOf(steps.map((s) => ({ ...s, action: act })));
        steps.forEach(({ label, pivot }, i) => {
          expect(chart.nodes.get(`s${i}`)).toBe(pivot ? `${label} (pivot)` : label);
        });
      }),
      { numRuns: 300 },
    );
  });
});
