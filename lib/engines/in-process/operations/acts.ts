import {
  type IdGenerator,
  type OperatorAct,
  type OperatorReason,
  type RequestRow,
  type SagaHandle,
  type SagaRef,
} from '../../../core/index.js';
import {
  checkedReason,
  checkedText,
  codecOf,
  type CommandSignal,
  type OperatorCommand,
  type Redact,
  type Storing,
} from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';
import type { SagaReader } from '../runs/index.js';
import { type AuditedAct, DoneBefore, isDone } from './audit.js';
import type { Cancel } from './cancel.js';
import type { Commands } from './commands.js';
import type { Resume } from './resume.js';
import { forget } from './retention.js';
import type { Termination } from './termination.js';

/** What carries acts out. */
export interface ActParts {
  readonly cancel: Cancel;
  readonly resume: Resume;
  readonly commands: Commands;
  readonly termination: Termination;
}

/** What operators do to sagas, each with its entry of the audit where it is told who acts. */
export class Acts {
  private readonly redact: Redact | undefined;

  constructor(
    private readonly access: JournalAccess,
    private readonly reader: SagaReader,
    private readonly parts: ActParts,
    private readonly storing: Storing,
    private readonly ids: IdGenerator,
  ) {
    this.redact = storing.redact;
  }

  async cancel(ref: SagaRef, why: string | OperatorReason): Promise<void> {
    if (typeof why !== 'string') return this.#cancel(ref, this.#audited(ref, 'cancel', null, why));
    const reason = checkedText('reason', why, this.redact);
    await this.parts.cancel.perform(ref, { type: 'cancel', by: 'operator', reason });
  }

  resume(ref: SagaRef, from?: string, why?: OperatorReason): Promise<SagaHandle> {
    const audited = why && this.#audited(ref, 'resume', from ?? null, why);
    return this.parts.resume.perform(ref, from, undefined, audited);
  }

  async command(ref: SagaRef, command: OperatorCommand, why: OperatorReason): Promise<void> {
    const label = 'label' in command ? command.label : null;
    await this.#command(ref, command, this.#audited(ref, command.act, label, why));
  }

  async forget(ref: SagaRef, why?: OperatorReason): Promise<void> {
    const audited = why && this.#audited(ref, 'forget', null, why);
    await forget(this.access, this.reader, ref, audited);
  }

  wasCarriedOut({ application, request }: RequestRow): Promise<boolean> {
    return isDone(this.access.journal.operators, { application, entry: request });
  }

  /** Resolves once it is durable, also where it was done before. @throws why it is refused, or has failed */
  async carryOut(row: RequestRow): Promise<void> {
    if (await this.wasCarriedOut(row)) return;
    const { application, name, id, act, label, by, origin, request } = row;
    // Who has left it may know nothing of what this application redacts.
    const reason = checkedText('reason', row.reason, this.redact);
    const ref = { application, name, id };
    const entry = { ...ref, entry: request, act, label, by, reason, origin };
    try {
      await this.#perform(ref, row, { entry, isRequest: true });
    } catch (error) {
      // A process that stood still may have been overtaken by the next one.
      if (!(error instanceof DoneBefore) && !(await this.wasCarriedOut(row))) throw error;
    }
  }

  async #perform(ref: SagaRef, row: RequestRow, audited: AuditedAct): Promise<void> {
    const { act, result } = row;
    const label = row.label ?? '';
    switch (act) {
      case 'cancel':
        return this.#cancel(ref, audited);
      case 'resume':
        await this.parts.resume.perform(ref, row.label ?? undefined, undefined, audited);
        return;
      case 'forget':
        return forget(this.access, this.reader, ref, audited);
      case 'mark-done': {
        const value =
          result === null ? {} : { result: codecOf(this.storing.codec, ref).decode(result) };
        return this.#command(ref, { act, label, ...value }, audited);
      }
      case 'mark-compensated':
      case 'mark-not-done':
        return this.#command(ref, { act, label }, audited);
      default:
        return this.#command(ref, { act }, audited);
    }
  }

  async #cancel(ref: SagaRef, audited: AuditedAct): Promise<void> {
    const { by: actor, reason } = audited.entry;
    const signal = { type: 'cancel', by: 'operator', reason, actor } as const;
    await this.parts.cancel.perform(ref, signal, audited);
  }

  async #command(ref: SagaRef, command: OperatorCommand, audited: AuditedAct): Promise<void> {
    const { by, reason } = audited.entry;
    const signal: CommandSignal = { type: 'command', command, by, reason };
    const { termination, commands } = this.parts;
    if (command.act === 'terminate') await termination.perform(ref, signal, audited);
    else await commands.perform(ref, signal, audited);
  }

  /** @throws SagaOptionsError where it is not told who acts, and why */
  #audited(ref: SagaRef, act: OperatorAct, label: string | null, why: OperatorReason): AuditedAct {
    const checked = checkedReason(why, this.redact);
    return { entry: { ...ref, entry: this.ids(), act, label, ...checked }, isRequest: false };
  }
}
