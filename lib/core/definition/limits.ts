/** Bytes of a label, a saga's name or its id. */
export const MAX_NAME_BYTES = 255;

export const MAX_STEPS = 1_000;

/** The longest timeout, deadline or pause that is not taken for a mistake of units: 365 days. */
export const MAX_DURATION_MS = 365 * 86_400_000;
