import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

export interface Tab {
  readonly name: string;
  readonly mark?: boolean;
  readonly body: () => ComponentChildren;
}

/** Arrow keys go from tab to tab, as people who use them expect. */
export function Tabs({ tabs, first }: { readonly tabs: readonly Tab[]; readonly first: string }) {
  const chosen = useSignal(first);
  const at = Math.max(
    0,
    tabs.findIndex(({ name }) => name === chosen.value),
  );
  const onKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = (at + step + tabs.length) % tabs.length;
    chosen.value = tabs[next]?.name ?? first;
    const { currentTarget } = event;
    (currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label="What to look at" onKeyDown={onKey}>
        {tabs.map(({ name, mark }, i) => (
          <button
            key={name}
            id={`tab-${i}`}
            type="button"
            role="tab"
            aria-selected={i === at}
            aria-controls="tab-panel"
            tabIndex={i === at ? 0 : -1}
            onClick={() => (chosen.value = name)}
          >
            {name}
            {mark ? <i class="mark" /> : null}
          </button>
        ))}
      </div>
      <div id="tab-panel" class="tab-panel" role="tabpanel" aria-labelledby={`tab-${at}`}>
        {tabs[at]?.body()}
      </div>
    </>
  );
}
