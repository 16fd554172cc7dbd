/** One movement of money. A key that was seen before has no effect. */
export interface Movement {
  readonly key: string;
  readonly transfer: string;
  readonly label: string;
  readonly account: number;
  readonly cents: number;
}

/** What a transfer did to the accounts: `do Withdraw`, `undo Withdraw`. */
export interface Effect {
  readonly transfer: string;
  readonly what: string;
  readonly cents: number;
}

/**
 * A bank with a database of its own, shared by all processes. It knows keys:
 * what is asked for twice is done once, and what was undone before it came never
 * comes.
 */
export interface Accounts {
  /** Makes the accounts when there are none. */
  open(): Promise<void>;
  move(movement: Movement): Promise<void>;
  /** Takes back the movement of a key, or makes sure that it never takes effect. */
  takeBack(movement: Movement, undoKey: string): Promise<void>;
  has(key: string): Promise<boolean>;
  total(): Promise<number>;
  effects(): Promise<readonly Effect[]>;
  close(): Promise<void>;
}

export const ACCOUNTS = 20;
export const CENTS_EACH = 1_000_000;
