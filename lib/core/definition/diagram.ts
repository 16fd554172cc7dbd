import { type Stage, type StepDefinition, stepsOf } from './step-definition.js';

/**
 * Mermaid reads entity codes in quoted text; quotes, `#`, markup and whatever ends a line must not
 * end the label.
 */
function quoted(text: string): string {
  const safe = text.replace(/["#<>&\\`\u2028\u2029]|\p{Cc}/gu, (char) => `#${char.charCodeAt(0)};`);
  return `"${safe}"`;
}

function notes({ policy }: StepDefinition): string {
  const marks = [
    policy.pivot ? 'pivot' : '',
    policy.retry.retries > 0 ? `retry ${policy.retry.retries}` : '',
    policy.timeout === undefined ? '' : `timeout ${policy.timeout} ms`,
    policy.probe === undefined ? '' : 'probe',
  ].filter((mark) => mark !== '');
  return marks.length === 0 ? '' : ` (${marks.join(', ')})`;
}

/** The undo that comes next: that of the nearest earlier step. */
function undoBefore(steps: readonly StepDefinition[], index: number): number {
  for (let i = index - 1; i >= 0; i--) {
    if (steps[i]?.policy.pivot === true) return -1;
    if (steps[i]?.compensate !== undefined) return i;
  }
  return -1;
}

/** Whether compensating begins with the undo of the very step that failed. */
function undoesItself({ compensate, policy }: StepDefinition): boolean {
  return policy.compensateOn === 'attempted' && compensate !== undefined;
}

/** Whether an attempt may end without anybody knowing what it did; the step is then undone itself. */
function mayStayUnknown({ compensate, policy }: StepDefinition): boolean {
  const unsure = policy.timeout !== undefined || policy.probe !== undefined;
  return unsure && compensate !== undefined;
}

/** The undo to begin with: of company that started later, of the step itself, else of an earlier one. */
function firstUndo(
  steps: readonly StepDefinition[],
  index: number,
  stageEnd: number,
  undone: boolean,
): number {
  for (let i = stageEnd - 1; i > index; i--) if (steps[i]?.compensate !== undefined) return i;
  return undone ? index : undoBefore(steps, index);
}

/** The nodes of the stage that begins with that step; after the last one the end. */
function nodesOf(stage: Stage | undefined, begin: number): readonly string[] {
  return stage?.steps.map((_, index) => `s${begin + index}`) ?? ['completed([completed])'];
}

/**
 * A saga as a Mermaid flow chart: down the left the stages, dotted from each step its compensations when
 * it fails, or when nobody knows whether it took place. A step that fails after the pivot is parked.
 */
export function mermaidOf(name: string, stages: readonly Stage[]): string {
  const steps = stepsOf(stages);
  const pivot = steps.findIndex((step) => step.policy.pivot);
  const lines = ['flowchart TD'];
  for (const first of nodesOf(stages[0], 0)) lines.push(`  start([${quoted(name)}]) --> ${first}`);
  const parked = pivot >= 0 && pivot < steps.length - 1;
  let i = 0;
  stages.forEach((stage, at) => {
    const end = i + stage.steps.length;
    for (const step of stage.steps) {
      const shape = step.policy.pivot ? ['{{', '}}'] : ['[', ']'];
      lines.push(`  s${i}${shape[0]}${quoted(step.label + notes(step))}${shape[1]}`);
      for (const next of nodesOf(stages[at + 1], end)) lines.push(`  s${i} --> ${next}`);
      const undo = firstUndo(steps, i, end, undoesItself(step));
      const past = pivot >= 0 && i > pivot;
      const failed = past ? 'parked' : undo < 0 ? 'compensated' : `u${undo}`;
      lines.push(`  s${i} -. fails .-> ${failed}`);
      if (!past && !undoesItself(step) && mayStayUnknown(step)) {
        lines.push(`  s${i} -. unknown .-> u${firstUndo(steps, i, end, true)}`);
      }
      i += 1;
    }
  });
  steps.forEach((step, i) => {
    const reached =
      pivot < 0 || i < pivot || (i === pivot && (undoesItself(step) || mayStayUnknown(step)));
    const undoable = step.compensate !== undefined && reached;
    if (!undoable) return;
    const next = undoBefore(steps, i);
    lines.push(`  u${i}[/${quoted(`undo ${step.label}`)}/]`);
    lines.push(`  u${i} --> ${next < 0 ? 'compensated' : `u${next}`}`);
  });
  lines.push('  compensated([compensated])');
  if (parked) lines.push('  parked([parked])');
  return lines.join('\n') + '\n';
}
