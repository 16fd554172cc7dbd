import { byText } from '../../core/journal/index.js';

/** How many there are of each kind, with one of them. */
export function grouped<T>(items: readonly T[], kindOf: (item: T) => readonly unknown[]) {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const kind = JSON.stringify(kindOf(item));
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [item]);
    else group.push(item);
  }
  return [...groups.values()].map((group) => ({ first: group[0] as T, group }));
}

export function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort(byText);
}
