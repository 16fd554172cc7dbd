/** The error of `ResultFactory.error()`: the participant's own code and message. */
export class ResultError extends Error {
  override readonly name = 'ResultError';
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
