import type { ISagaCompensationContext, StepOutcome } from '../definition/index.js';
import { ActionContext } from './action-context.js';
import { keyOf } from './idempotency-key.js';

/** What a compensation sees. */
export class CompensationContext
  extends ActionContext
  implements ISagaCompensationContext<unknown>
{
  override get direction(): 'do' | 'undo' {
    return 'undo';
  }

  get outcome(): StepOutcome {
    return this.run.state.step(this.label)?.outcome ?? 'unknown';
  }

  get result(): unknown {
    return this.run.resultOf(this.label);
  }

  get cause(): unknown {
    return this.run.state.cause?.error;
  }

  get actionIdempotencyKey(): string {
    return keyOf(this.run, this.label, 'do');
  }
}
