import type { WorkflowDefinition, WorkflowSharedContext, internal } from '@restatedev/restate-sdk';
import { type EngineSettings, type SagaDefinition, SagaDefinitionError } from '../../core/index.js';
import { checkBarrier, refuseTransactional } from '../../core/engine/index.js';
import type { SagaContext } from './inbox.js';
import type { SagaHandler } from './saga-handler.js';
import type { RestateSdk } from './sdk.js';
import { RUN, SIGNAL, signalName, type StartInput, type SentSignal } from './wire.js';

const SERVICE_NAME = /^(?:[a-zA-Z]|_[a-zA-Z0-9])[a-zA-Z0-9._-]*$/;
const RESERVED = /^(?:dev\.restate|restate|openapi)/i;

const MINUTE_MS = 60_000;
/** How long a step without a time limit may take before Restate takes its execution for dead. */
const UNLIMITED_MS = 24 * 60 * MINUTE_MS;
const HOOK_MS = 30_000;

const NO_TRANSACTIONS =
  'Restate keeps its records outside of your database, so that both cannot be committed together; say barrier: true ' +
  'in its place, which makes the action take place once (docs/participant.md)';

/** @throws SagaDefinitionError for transactional steps, for a barrier that is not there, or a name that Restate would refuse. */
export function checkPlan(definition: SagaDefinition, settings: EngineSettings): void {
  checkBarrier(definition, settings);
  refuseTransactional(definition, NO_TRANSACTIONS);
  checkServiceName(definition.name);
}

function checkServiceName(name: string): void {
  if (SERVICE_NAME.test(name) && !RESERVED.test(name)) return;
  throw new SagaDefinitionError(name, [
    'Restate knows a saga by its name, which must begin with a letter, go on with letters, digits, ' +
      `'.', '_' and '-', and not begin with 'restate' or 'openapi': give the saga such a name`,
  ]);
}

/** The longest that one turn of these sagas may take, in ms. */
export function longestTurnMs(definitions: readonly SagaDefinition[]): number {
  const steps = definitions.flatMap((definition) => definition.steps);
  const turns = steps.map(({ action, policy }) => {
    const attempt = action === undefined ? 0 : (policy.timeout ?? UNLIMITED_MS);
    return Math.max(attempt, policy.compensationTimeout) + policy.timeoutGrace + HOOK_MS;
  });
  return Math.max(MINUTE_MS, ...turns);
}

export interface ServiceSettings {
  readonly sdk: RestateSdk;
  readonly handler: SagaHandler;
  readonly retentionMs: number;
}

export type SagaService = WorkflowDefinition<string, unknown>;

/** The name under which the server shows what a service was registered with, to see it change. */
export const SETTINGS = 'nestjs-saga-orchestrator.settings';

interface Delivery {
  readonly invocationId: string;
  readonly sent: SentSignal;
}

const TAKEN = 409;

/**
 * Takes the next free number for a signal to a saga: of signals of one name that come at the same time
 * all but one are lost. A durable promise is resolved once, so that no two signals get one number, and
 * no number is left out: this handler, too, goes on after a crash.
 */
async function nextSignalName(sdk: RestateSdk, ctx: WorkflowSharedContext): Promise<string> {
  for (let number = 0; ; number += 1) {
    const name = signalName(number);
    try {
      await ctx.promise<boolean>(name).resolve(true);
      return name;
    } catch (error) {
      if (!(error instanceof sdk.TerminalError) || error.code !== TAKEN) throw error;
    }
  }
}

/**
 * One workflow for each name of a saga. Its retries are without end: what fails here is the engine or
 * this process, never a step, and a saga that Restate gave up would never end.
 */
export function sagaServices(
  definitions: readonly SagaDefinition[],
  { sdk, handler, retentionMs }: ServiceSettings,
): readonly SagaService[] {
  // The SDK types a workflow by its handlers, whose names are constants here.
  const workflow = sdk.workflow as unknown as (service: object) => SagaService;
  const names = [...new Set(definitions.map(({ name }) => name))];
  return names.map((name) => {
    const run = (ctx: unknown, input: StartInput) => handler.run(name, ctx as SagaContext, input);
    const deliver = async (ctx: unknown, { invocationId, sent }: Delivery): Promise<void> => {
      const id = sdk.InvocationIdParser.fromString(invocationId);
      const name = await nextSignalName(sdk, ctx as WorkflowSharedContext);
      (ctx as internal.ContextInternal).invocation(id).signal<SentSignal>(name).resolve(sent);
    };
    const turnMs = longestTurnMs(definitions.filter((definition) => definition.name === name));
    return workflow({
      name,
      metadata: { [SETTINGS]: `${turnMs} ${retentionMs}` },
      handlers: {
        [RUN]: sdk.handlers.workflow.workflow({ explicitCancellation: true }, run),
        [SIGNAL]: sdk.handlers.workflow.shared(deliver),
      },
      options: {
        workflowRetention: retentionMs,
        journalRetention: retentionMs,
        // An attempt at work sends nothing to the server: the limit must be longer than any of them.
        inactivityTimeout: turnMs,
        abortTimeout: turnMs,
        retryPolicy: {
          initialInterval: 50,
          exponentiationFactor: 2,
          maxInterval: 5_000,
          maxAttempts: Number.MAX_SAFE_INTEGER,
        },
      },
    });
  });
}
