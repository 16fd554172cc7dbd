import type { ExecutionContext } from '@nestjs/common';
import type { PayloadCodec, SagaEngine, SagaLogger } from '../../core/index.js';
import { messageOf } from '../../core/ports/index.js';
import { SagaEvents, SagaOperations } from '../../nest/index.js';
import { sendAsset } from '../asset.js';
import { css, js } from '../assets.generated.js';
import { Dashboard } from '../dashboard.js';
import { secure } from '../headers.js';
import type { Incoming, Outgoing } from '../http.js';
import { LocalOnlyGuard } from '../local-only.guard.js';
import type { SagaDashboardSettings } from '../options.js';
import { pageOf } from '../page.js';
import { ROUTES } from '../routes/index.js';
import { serve } from '../serve.js';
import { WriteGuard } from '../write.guard.js';

type Answer = (request: Incoming, out: Outgoing) => void | Promise<void>;

const GUARDS = [new LocalOnlyGuard(), new WriteGuard()] as const;

/** All that the guards, and the functions of the settings, ask of it here. */
function contextOf(request: Incoming): ExecutionContext {
  return { switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
}

function refuse(out: Outgoing, status: number, error: string): void {
  secure(out)
    .status(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify({ error }));
}

/**
 * The dashboard at the root of a server of its own, for this machine alone: what the module's controller and
 * guards do, without Nest. Who is behind a request is for the server to know.
 */
export class StandaloneDashboard {
  readonly #dashboard: Dashboard;
  readonly #answers: ReadonlyMap<string, Answer>;

  constructor(
    engine: SagaEngine,
    settings: SagaDashboardSettings,
    codec: PayloadCodec,
    logger: SagaLogger,
  ) {
    const [operations, events] = [new SagaOperations(engine), new SagaEvents(logger)];
    const config = { settings, guarded: true };
    const dashboard = new Dashboard(config, operations, events, engine, logger, codec);
    this.#dashboard = dashboard;
    this.#answers = new Map<string, Answer>([
      ['GET /', (request, out) => this.#page(request, out)],
      ...[js, css].map((asset): [string, Answer] => [
        `GET /${asset.name}`,
        (request, out) => sendAsset(asset, request, secure(out)),
      ]),
      ...ROUTES.map((route): [string, Answer] => [
        `${route.method.toUpperCase()} /${route.path}`,
        (request, out) => serve(dashboard, route, request, out),
      ]),
    ]);
  }

  /** Answers every request, with its body read. */
  async handle(request: Incoming, out: Outgoing): Promise<void> {
    try {
      const context = contextOf(request);
      for (const guard of GUARDS) guard.canActivate(context);
    } catch (error) {
      return refuse(out, 403, messageOf(error));
    }
    const [path = ''] = request.url.split('?', 1);
    const answer = this.#answers.get(`${request.method} ${path}`);
    if (answer === undefined) return refuse(out, 404, 'There is nothing at this address');
    await answer(request, out);
  }

  /** Ends the feeds of browsers that still listen. */
  close(): void {
    this.#dashboard.close();
  }

  #page(request: Incoming, out: Outgoing): void {
    const { title = 'Sagas' } = this.#dashboard.settings;
    secure(out)
      .status(200)
      .header('content-type', 'text/html; charset=utf-8')
      .send(pageOf(request, title));
  }
}
