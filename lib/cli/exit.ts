import { isSagaError, type SagaErrorCode } from '../core/index.js';
import { messageOf } from '../core/ports/index.js';

/** What the shell is told. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** The command line cannot be meant. */
  usage: 2,
  /** The journal does not answer, or has another schema. */
  journal: 3,
  notFound: 4,
  /** The saga does not take it as it stands. */
  refused: 5,
  /** The saga that was shown is parked. */
  parked: 6,
  /** Nobody has carried out the request in time; it stays. */
  waiting: 7,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** What a person has to do something about; the message says what. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exit: Exit = EXIT.usage,
  ) {
    super(message);
  }
}

const EXITS: Readonly<Partial<Record<SagaErrorCode, Exit>>> = {
  SAGA_OPTIONS: EXIT.usage,
  SAGA_SERIALIZATION: EXIT.usage,
  SAGA_JOURNAL: EXIT.journal,
  SAGA_NOT_FOUND: EXIT.notFound,
  SAGA_STATE: EXIT.refused,
};

export function exitOf(error: unknown): Exit {
  if (error instanceof CliError) return error.exit;
  return (isSagaError(error) ? EXITS[error.code] : undefined) ?? EXIT.failed;
}

/** In one line, and without its stack: what a person can do something about. */
export function lineOf(error: unknown): string {
  // parseArgs says in further sentences what a shell does with dashes.
  const message = messageOf(error).replace(/\s*\n\s*/g, ' ');
  return message === '' ? 'It failed, and said nothing of why' : message;
}
