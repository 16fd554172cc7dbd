import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Icon } from './icons.js';
import { meta } from './store.js';

interface ConfirmProps {
  readonly class: string;
  readonly button: string;
  readonly isReady: boolean;
  /** Nothing is done in anybody's name. */
  readonly isNameless?: boolean;
  /** It cannot be taken back. */
  readonly isGrave?: boolean;
  /** What fails is shown. */
  readonly submit: () => Promise<void>;
  readonly back?: () => void;
  /** What is wrong with what was filled in. */
  readonly problem?: string | undefined;
  readonly children: ComponentChildren;
}

/** What is asked before something is done, in whose name, and the button that does it. */
export function Confirm(props: ConfirmProps) {
  const { button, isReady, isGrave = false, back, problem } = props;
  const failure = useSignal<string | undefined>(undefined);
  const isBusy = useSignal(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!isReady || isBusy.value) return;
    isBusy.value = true;
    failure.value = undefined;
    props
      .submit()
      .catch((error: Error) => (failure.value = error.message))
      .finally(() => (isBusy.value = false));
  };
  const trouble = failure.value ?? problem;
  return (
    <form method="dialog" class={props.class} onSubmit={submit}>
      <div class="asks-body">
        {props.children}
        {trouble === undefined ? null : (
          <p class="notice is-bad" role="alert">
            <Icon name="warn" /> <span>{trouble}</span>
          </p>
        )}
      </div>
      <footer>
        {props.isNameless ? null : (
          <span class="actor">
            <Icon name="person" size={16} />
            <span>{meta.value?.actor}</span>
          </span>
        )}
        {back === undefined ? null : (
          <button type="button" class="button" onClick={back}>
            Back
          </button>
        )}
        <button
          type="submit"
          class={`button ${isGrave ? 'danger' : 'primary'}`}
          disabled={!isReady || isBusy.value}
        >
          {isBusy.value ? <span class="spin" aria-hidden="true" /> : null}
          {button}
        </button>
      </footer>
    </form>
  );
}

export function Why({ reason, text }: { readonly reason: Signal<string>; readonly text: string }) {
  return (
    <label>
      <span>
        Why? <small>{text}</small>
      </span>
      <textarea
        data-first
        rows={2}
        maxLength={1000}
        required
        value={reason.value}
        onInput={({ currentTarget }) => (reason.value = currentTarget.value)}
      />
    </label>
  );
}

interface TypedProps {
  readonly text: string;
  readonly typed: Signal<string>;
  readonly inputMode?: 'text' | 'numeric';
}

/** Nobody does by accident what has to be typed. */
export function Typed({ text, typed, inputMode = 'text' }: TypedProps) {
  return (
    <label>
      <span>
        Type <code>{text}</code> to confirm
      </span>
      <input
        type="text"
        inputMode={inputMode}
        autocomplete="off"
        spellcheck={false}
        value={typed.value}
        onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
      />
    </label>
  );
}
