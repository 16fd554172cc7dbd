import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { parser } from '@prometheus-io/lezer-promql';
import type { SagaEngine } from 'nestjs-saga-orchestrator';
import { parse } from 'yaml';
import { Sdk } from './sdk.js';
import { sold } from './shop.js';

const read = (file: string): string =>
  readFileSync(join(__dirname, '../../../docs/telemetry', file), 'utf8');

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const dashboard = JSON.parse(read('grafana-dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: unknown }[];
  };
};
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}
const alerts = parse(read('alerts.yaml')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = alerts.groups.flatMap((group) => group.rules);

/** As Grafana puts them in before it asks. */
const asked = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll('$saga', '.*');

/** The parser of Prometheus and Grafana: what it cannot read, and the names and labels that it finds. */
function parsed(given: string) {
  const expr = asked(given);
  const errors: string[] = [];
  const metrics: string[] = [];
  const labels: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, from, to, type, node }) => {
      const text = expr.slice(from, to);
      if (type.isError) errors.push(`at ${from} of ${expr}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') metrics.push(text);
      if (name === 'LabelName') labels.push(text);
      if (name === 'UnquotedLabelMatcher' && text.startsWith('__name__')) {
        metrics.push(/"(.*)"/.exec(text)?.[1] ?? '');
      }
    },
  });
  return { errors, metrics, labels: labels.filter((label) => label !== '__name__') };
}

const expressions: readonly (readonly [where: string, expr: string])[] = [
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [`panel ${title}`, expr] as const),
  ),
  ...rules.map(({ alert, expr }) => [`alert ${alert}`, expr] as const),
];

describe('the dashboard and the alerts', () => {
  /** What the Prometheus exporter of the JS SDK writes of a shop that has sold. */
  let exported: readonly string[];
  beforeAll(async () => {
    const sdk = new Sdk();
    const { telemetry } = await sold(sdk);
    const now = new Date();
    telemetry.watch?.({
      health: () => ({ draining: false }),
      insight: {
        counts: async () => [{ name: 'Order', status: 'parked', parkReason: 'in-doubt', sagas: 1 }],
        unfinished: async () => [{ name: 'Order', unowned: 1, oldestUnowned: now }],
        now: async () => now,
      },
    } as unknown as SagaEngine);
    telemetry.observers?.[0]?.onRecord(
      {
        sagaName: 'Order',
        sagaId: 'o-9',
        headers: {},
        createdAt: 0,
        definition: { version: 1 },
      } as never,
      { type: 'recovered', owner: 'x' },
      0,
    );
    const text = new PrometheusSerializer().serialize((await sdk.collected())!);
    exported = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  });

  it.each(expressions)('%s is PromQL, of metrics and labels that there are', (_, expr) => {
    const { errors, metrics, labels } = parsed(expr);
    expect(errors).toEqual([]);
    expect(metrics.length).toBeGreaterThan(0);
    for (const metric of metrics) {
      const found = exported.filter((line) => new RegExp(`^(?:${metric})[{ ]`).test(line));
      expect([metric, found.length > 0]).toEqual([metric, true]);
      for (const label of new Set(labels)) {
        const has = found.some((line) => line.includes(`${label}="`));
        expect([metric, label, has]).toEqual([metric, label, true]);
      }
      // A collector puts the unit into the name.
      const isTimed = /duration|age/.test(metric);
      const collected = metric.replace('(_seconds)?', '_seconds');
      if (isTimed) expect(collected).not.toBe(metric);
    }
  });

  it('has a check that can fail', () => {
    expect(parsed('sum by (saga_name (rate(x[5m]))').errors).not.toEqual([]);
    expect(exported.some((line) => /^saga_nothing[{ ]/.test(line))).toBe(false);
  });

  it('has panels that do not lie upon each other, with legends of their own labels', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { targets } of panels) {
      for (const { expr, legendFormat } of targets) {
        const used = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
        expect(used.filter((label) => !parsed(expr).labels.includes(label))).toEqual([]);
      }
    }
  });

  it('has a summary for each alert, of its own labels', () => {
    expect(rules.length).toBeGreaterThan(3);
    for (const { expr, annotations } of rules) {
      const used = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(
        ([, label = '']) => label,
      );
      expect(used.filter((label) => !parsed(expr).labels.includes(label))).toEqual([]);
    }
  });
});
