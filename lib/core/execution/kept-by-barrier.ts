import type { RunPersistence } from './run-persistence.js';

/** No JSON begins so, nor what `aesGcmCodec` makes: a row without it was kept by `do()`. */
const MARK = 'step1:';

/** What a barrier keeps of an action. */
export interface Kept {
  readonly result?: unknown;
  /** Only where the action has looked at it: it may have changed it. */
  readonly context?: unknown;
}

/** Each encoded as the journal would store it. @throws SagaSerializationError */
export function textOfKept({ result, context }: Kept, persistence: RunPersistence): string {
  const texts = [
    result === undefined ? null : persistence.encode(result, 'result'),
    context === undefined ? null : persistence.encode(context, 'context'),
  ];
  return MARK + JSON.stringify(texts);
}

/** `undefined` for what was not kept by a step. */
export function keptIn(text: string, { codec }: RunPersistence): Kept | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const texts = JSON.parse(text.slice(MARK.length)) as readonly (string | null)[];
  const [result, context] = texts.map((one) => (one === null ? undefined : codec.decode(one)));
  return { result, context };
}
