import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { perform } from './api.js';
import { Confirm, Typed, Why } from './confirm.js';
import { Icon } from './icons.js';
import { asked, go, place, type Asked } from './store.js';
import { ACTS, needsId } from './words.js';
import type { ActRequest } from './wire.js';

/** The result of a step as JSON; an empty text is none. */
function resultOf(text: string): { readonly value?: unknown; readonly problem?: string } {
  if (text.trim() === '') return {};
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'The result is no JSON' };
  }
}

function ActForm({ what, close }: { readonly what: Asked; readonly close: () => void }) {
  const { act, name, id, label = '' } = what;
  const words = ACTS[act];
  const reason = useSignal('');
  const typed = useSignal('');
  const result = useSignal('');
  const given = resultOf(result.value);
  const isReady =
    reason.value.trim().length >= 3 &&
    (!needsId(act) || typed.value === id) &&
    given.problem === undefined;
  const button = words.button(label);
  const submit = async (): Promise<void> => {
    const request: ActRequest = {
      ...{ act, name, id, reason: reason.value },
      ...(label === '' ? {} : { label }),
      ...(needsId(act) ? { confirm: typed.value } : {}),
      ...(given.value === undefined ? {} : { result: given.value }),
    };
    await perform(request, `${button}: ${name} ${id}`);
    close();
    if (act === 'forget' && place.value.view === 'saga') go('sagas');
  };
  return (
    <>
      <header>
        <Icon name={words.icon} size={20} />
        <h2 id="act-title">{button}</h2>
      </header>
      <Confirm
        class="asks"
        button={button}
        isReady={isReady}
        isGrave={needsId(act)}
        submit={submit}
        back={close}
        problem={given.problem}
      >
        <p class="whom">
          <b>{name}</b> <code>{id}</code>
        </p>
        <p>{words.effect(label)}</p>
        {act === 'mark-done' ? (
          <label>
            <span>
              What did {label} bring back? <small>as JSON; empty: nothing</small>
            </span>
            <textarea
              rows={2}
              spellcheck={false}
              class="mono"
              value={result.value}
              onInput={({ currentTarget }) => (result.value = currentTarget.value)}
            />
          </label>
        ) : null}
        <Why reason={reason} text="kept with the saga, under your name" />
        {needsId(act) ? <Typed text={id} typed={typed} /> : null}
      </Confirm>
    </>
  );
}

/** The one dialog: what an act does, and why. The browser keeps the focus in it, and returns it. */
export function ActDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const opener = useRef<Element | null>(null);
  const shown = useRef<Asked | undefined>(undefined);
  const what = asked.value;
  useEffect(() => {
    const { current } = dialog;
    if (what === undefined || current === null || current.open) return;
    shown.current = what;
    opener.current = document.activeElement;
    current.showModal();
    current.querySelector<HTMLElement>('[data-first]')?.focus();
  }, [what]);
  const close = (): void => dialog.current?.close();
  const onClose = (): void => {
    // The browser tells of a close late: another act may be asked for by then.
    if (dialog.current?.open || asked.value !== shown.current) return;
    asked.value = undefined;
    const { current } = opener;
    if (current instanceof HTMLElement && current.isConnected) current.focus();
    else document.querySelector<HTMLElement>('h1')?.focus();
  };
  return (
    <dialog ref={dialog} aria-labelledby="act-title" onClose={onClose}>
      {what === undefined ? null : <ActForm what={what} close={close} />}
    </dialog>
  );
}
