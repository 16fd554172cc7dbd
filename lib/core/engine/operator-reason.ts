/** Who does something to a saga by hand, and why: both are kept with the saga. */
export interface OperatorReason {
  /** Of more than 255 characters the first ones are kept. */
  readonly by: string;
  /** At least 3 characters; of more than 1,000 the first ones are kept. */
  readonly reason: string;
  /** By which way it comes, for the audit: lower case, digits and `-`, at most 40. @default 'app' */
  readonly origin?: string;
}
