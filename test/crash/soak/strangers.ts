import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineSaga } from 'nestjs-saga-orchestrator/core';

// Sagas that live beside the transfers, and may do them no harm.

export const POISON = 'poison-1';

/** Takes every process down that works on it, after it has told whose fault that is. */
export const poison = defineSaga('Poison', [
  {
    label: 'Explode',
    action: () => {
      writeSync(1, 'dying 0\n');
      process.kill(process.pid, 'SIGKILL');
      return new Promise<void>(() => undefined);
    },
  },
]);

export const SLOW = ['slow-1', 'slow-2', 'slow-3'];

/** Healthy, but with a step that lasts longer than a process in which the poison is. */
export const slow = defineSaga('Slow', [{ label: 'Wait', action: () => sleep(3_000) }]);

/** Its rows are damaged while it is on its way. */
export const errand = defineSaga('Errand', [
  { label: 'Ask', action: () => undefined },
  { label: 'Fetch', action: () => undefined },
]);
