import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Shown } from './wire.js';

/** A value of a kind that JSON does not have: `{ $: kind, … }`, as the server writes it. */
interface Special {
  readonly $: string;
  readonly text?: string;
  readonly entries?: readonly (readonly [Shown, Shown])[];
  readonly values?: readonly Shown[];
}

function specialOf(value: Shown): Special | undefined {
  const { $ } = (value ?? {}) as { readonly $?: unknown };
  return typeof $ === 'string' ? (value as unknown as Special) : undefined;
}
type Pair = readonly [name: ComponentChildren, value: Shown];

function childrenOf(
  value: Shown,
): { readonly sign: string; readonly pairs: readonly Pair[] } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value))
    return {
      sign: `[${value.length}]`,
      pairs: (value as readonly Shown[]).map((one, i) => [i, one]),
    };
  const special = specialOf(value);
  if (special !== undefined) {
    const { $: kind, entries, values } = special;
    if (entries !== undefined)
      return {
        sign: `${kind} {${entries.length}}`,
        pairs: entries.map(([key, one], i) => [typeof key === 'string' ? key : i, one]),
      };
    if (values !== undefined)
      return { sign: `${kind} [${values.length}]`, pairs: values.map((one, i) => [i, one]) };
    return undefined;
  }
  const pairs = Object.entries(value);
  return { sign: `{${pairs.length}}`, pairs };
}

function Leaf({ value }: { readonly value: Shown }) {
  if (typeof value === 'string') return <span class="v-text">{JSON.stringify(value)}</span>;
  const special = specialOf(value);
  if (special !== undefined) {
    if (special.$ === 'masked')
      return (
        <span class="v-masked" title="masked by the server">
          ••••••
        </span>
      );
    return <span class="v-other">{special.text ?? special.$}</span>;
  }
  return (
    <span class={typeof value === 'number' ? 'v-number' : 'v-other'}>{JSON.stringify(value)}</span>
  );
}

function Node({
  name,
  value,
  depth,
}: {
  readonly name?: ComponentChildren;
  readonly value: Shown;
  readonly depth: number;
}) {
  const open = useSignal(depth < 3);
  const children = childrenOf(value);
  const label = name === undefined ? null : <span class="v-name">{name}: </span>;
  if (children === undefined)
    return (
      <div class="v-leaf">
        {label}
        <Leaf value={value} />
      </div>
    );
  return (
    <details open={open.value} onToggle={({ currentTarget }) => (open.value = currentTarget.open)}>
      <summary>
        {label}
        <span class="v-other">{children.sign}</span>
      </summary>
      {open.value
        ? children.pairs.map(([key, one], i) => (
            <Node key={i} name={key} value={one} depth={depth + 1} />
          ))
        : null}
    </details>
  );
}

export function Tree({ value }: { readonly value: Shown }) {
  return (
    <div class="tree" tabIndex={0} role="group" aria-label="Value">
      <Node value={value} depth={0} />
    </div>
  );
}
