/** An attempt that was given up, and succeeded after its saga had gone on without it. */
export interface LateEffect {
  readonly label: string;
  /** From 1. */
  readonly attempt: number;
  /** `undo`: it was an attempt of the compensation. */
  readonly direction: 'do' | 'undo';
}
