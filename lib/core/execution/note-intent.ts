import type { StepDefinition } from '../definition/index.js';
import { intentOf } from '../machine/index.js';
import type { Run } from './run.js';

export function noteIntent(
  run: Run,
  type: 'started' | 'undo-started',
  step: StepDefinition,
  attempt: number,
): void {
  run.note(type === 'started' ? intentOf(step, attempt) : { type, label: step.label, attempt });
}
