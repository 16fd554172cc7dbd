import type { ExecutionContext } from '@nestjs/common';
import type { SagaSummary } from '../core/index.js';
import { Refusal, type Incoming } from './http.js';
import type { DashboardScope, SagaDashboardSettings } from './options.js';
import type { DashboardAct } from './ui/wire.js';

const contexts = new WeakMap<object, ExecutionContext>();

/** A handler is not told its execution context, on which the functions of the options depend. */
export function remember(request: object, ctx: ExecutionContext): void {
  contexts.set(request, ctx);
}

/** The usual places of a name, as Passport and its like leave it. */
function standardActor(ctx: ExecutionContext): string | undefined {
  const { user } = ctx.switchToHttp().getRequest<Incoming>();
  const { email, username, name, sub } = (user ?? {}) as Readonly<Record<string, unknown>>;
  return [email, username, name, sub].find((one) => typeof one === 'string');
}

const NOT_BY_DEFAULT: readonly DashboardAct[] = ['forget', 'bulk'];
const NOBODY =
  'Nobody is signed in, and every act needs a name: let a guard set request.user, or give the option actor';

/** One request: who asks, for which sagas, and what he may do. The first two are asked once. */
export class Call {
  #actor: Promise<string | undefined> | undefined;
  #scope: Promise<DashboardScope> | undefined;

  constructor(
    readonly request: Incoming,
    private readonly ctx: ExecutionContext,
    private readonly settings: SagaDashboardSettings,
  ) {}

  static of(request: Incoming, settings: SagaDashboardSettings): Call {
    return new Call(request, contexts.get(request) as ExecutionContext, settings);
  }

  actor(): Promise<string | undefined> {
    return (this.#actor ??= this.#askActor());
  }

  scope(): Promise<DashboardScope> {
    return (this.#scope ??= this.#askScope());
  }

  async can(act: DashboardAct, saga?: SagaSummary): Promise<boolean> {
    const { can } = this.settings;
    if (can === undefined) return !NOT_BY_DEFAULT.includes(act);
    return (await can(this.ctx, act, saga)) === true;
  }

  /** @throws Refusal where it may not */
  async allow(act: DashboardAct, saga?: SagaSummary): Promise<void> {
    if (!(await this.can(act, saga))) throw new Refusal(403, `You may not do that here: ${act}`);
  }

  /** Why nobody acts here; `undefined` where one may. */
  async readOnly(): Promise<string | undefined> {
    if (this.settings.readOnly === true) return 'This dashboard is read-only';
    return (await this.actor()) === undefined ? NOBODY : undefined;
  }

  async #askActor(): Promise<string | undefined> {
    const { actor = standardActor } = this.settings;
    const name = await actor(this.ctx);
    return typeof name === 'string' && name.trim() !== '' ? name : undefined;
  }

  async #askScope(): Promise<DashboardScope> {
    return (await this.settings.scope?.(this.ctx)) ?? {};
  }
}
