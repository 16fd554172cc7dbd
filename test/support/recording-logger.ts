import type { LogFields, SagaLogger } from 'nestjs-saga-orchestrator/core';

type Level = 'debug' | 'info' | 'warn' | 'error';

interface Line {
  readonly level: Level;
  readonly message: string;
  readonly fields: LogFields;
}

const LEVELS: readonly Level[] = ['error', 'warn', 'info', 'debug'];

/** Keeps its lines. Set to one level, it reads like a winston logger of that level. */
export class RecordingLogger implements SagaLogger {
  readonly lines: Line[] = [];
  /** The levels that were asked for, in order. */
  readonly lookups: string[] = [];

  constructor(private readonly level: Level = 'info') {}

  isLevelEnabled(level: string): boolean {
    this.lookups.push(level);
    return LEVELS.indexOf(level as Level) <= LEVELS.indexOf(this.level);
  }

  debug(message: string, fields?: LogFields): void {
    this.#add('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#add('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#add('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#add('error', message, fields);
  }

  /** The lines of one level, as text. */
  messages(level: Level): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }

  /** Everything that was written, to look for what must not be in it. */
  get text(): string {
    return JSON.stringify(this.lines);
  }

  #add(level: Level, message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields });
  }
}
