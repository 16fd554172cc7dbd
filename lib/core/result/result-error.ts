const BRAND = Symbol.for('nestjs-saga-orchestrator.result-error');

/** Whether it says, in any loaded copy of this package, that no further try can mend it. Never throws. */
export function isFinal(error: unknown): boolean {
  try {
    if (!(error instanceof Error)) return false;
    return (error as Partial<ResultError>)[BRAND] === true && !(error as ResultError).retryable;
  } catch {
    return false;
  }
}

/** The error of `ResultFactory.error()`: the participant's own code and message. */
export class ResultError extends Error {
  override readonly name = 'ResultError';
  /** @internal */
  readonly [BRAND] = true;
  /** `false` stops the step at once, whatever its retry policy says. */
  readonly retryable: boolean;

  constructor(
    readonly code: string | number,
    message: string,
    options: { readonly cause?: unknown; readonly retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryable = options.retryable ?? true;
  }
}
