/**
 * What zod, valibot, arktype and others have in common: https://standardschema.dev, version 1. Here as a type of its
 * own, so that none of them is needed.
 */
export interface StandardSchema<TInput = unknown, TOutput = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => StandardResult<TOutput> | Promise<StandardResult<TOutput>>;
    readonly types?: { readonly input: TInput; readonly output: TOutput } | undefined;
  };
}

export type StandardResult<TOutput> =
  | { readonly value: TOutput; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export function isStandardSchema(given: unknown): given is StandardSchema {
  if ((typeof given !== 'object' || given === null) && typeof given !== 'function') return false;
  const { '~standard': standard } = given as Partial<StandardSchema>;
  return typeof standard?.validate === 'function';
}

/** `items[2].price`; empty for the whole. */
export function pathOf({ path = [] }: StandardIssue): string {
  const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
  return keys
    .map((key, index) =>
      typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`,
    )
    .join('');
}
