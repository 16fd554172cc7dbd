import type { SagaHandle } from '../../../core/index.js';
import type { Run } from '../../../core/engine/index.js';
import type { JournaledRun } from './journaled-run.js';

/** A saga that this process is working on. */
export class ActiveRun {
  constructor(
    readonly run: Run,
    readonly input: string,
    readonly handle: SagaHandle,
    /** For the engine: who asks the handle counts as one who waits. */
    readonly ended: Promise<Run>,
    /** Resolves when its first records are durable. */
    readonly durable: Promise<unknown>,
  ) {}

  get version(): number {
    return this.run.definition.version;
  }

  get fingerprint(): string {
    return this.run.definition.fingerprint;
  }

  /** Whether it is known to be this one, and not another one of the same id that was there before. */
  get isCreated(): boolean {
    return (this.run.persistence as JournaledRun).isCreated;
  }
}
