import { setTimeout as sleep } from 'node:timers/promises';
import type { SagaAct, SagaRef, SagaRequest } from '../core/index.js';
import type { Call } from './call.js';
import { EXIT, type Exit } from './exit.js';
import { durationOf } from './text.js';

const POLL_MS = 200;

const EXITS = {
  done: EXIT.done,
  refused: EXIT.refused,
  failed: EXIT.failed,
  withdrawn: EXIT.failed,
} as const;

async function tell(call: Call, asked: SagaRequest, isWaiting: boolean): Promise<Exit> {
  const { out } = call;
  const { request, outcome, message } = asked;
  if (out.isJson) await out.json(asked);
  if (outcome !== undefined) {
    if (!out.isJson)
      await out.line(
        `request ${request}: ${outcome}${message === undefined ? '' : `, ${message}`}`,
      );
    return EXITS[outcome];
  }
  if (!out.isJson) await out.line(`request ${request}`);
  const see = `saga requests ${request}`;
  if (!isWaiting) {
    await out.note(`It waits for a process that knows the saga; '${see}' tells what became of it.`);
    return EXIT.done;
  }
  await out.note(
    `Nobody has carried it out in time. It stays, and will be once a process runs that knows the saga; '${see}' tells, 'saga withdraw ${request}' takes it back.`,
  );
  return EXIT.waiting;
}

/** Leaves an act for a process that knows the saga, and waits for it where that was asked for. */
export async function ask(call: Call, act: SagaAct, ref: SagaRef = call.ref): Promise<Exit> {
  const { why } = call;
  const wait = call.text('wait');
  const end = Date.now() + (wait === undefined ? 0 : durationOf('wait', wait));
  const desk = await call.desk();
  let asked = await desk.request(ref, act, why);
  while (asked.outcome === undefined && Date.now() < end && !call.io.signal.aborted) {
    await sleep(Math.min(POLL_MS, Math.max(1, end - Date.now())), undefined, {
      signal: call.io.signal,
    }).catch(() => undefined);
    const { requests } = await desk.requests({ request: asked.request });
    asked = requests[0] ?? asked;
  }
  return tell(call, asked, wait !== undefined);
}
