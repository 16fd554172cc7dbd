import type { ExecutionContext, FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import type { CanActivate } from '@nestjs/common';
import type { SagaSummary } from '../core/index.js';
import type { DashboardAct } from './ui/wire.js';

/** Which sagas a request may see and act on: both conditions are added to every read and every act. */
export interface DashboardScope {
  readonly names?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

type Answer<T> = T | Promise<T>;

/** What a dashboard may be told when the application starts: all but where it is and who guards it. */
export interface SagaDashboardSettings {
  /**
   * Who asks: the name that stands beside every act in the timeline. It is never taken from the browser.
   * Without one the dashboard is read-only, and says why.
   *
   * @default the request's `user`: its `email`, else `username`, `name` or `sub`
   */
  readonly actor?: (ctx: ExecutionContext) => Answer<string | undefined>;
  /**
   * Whether the request may do that; with the saga where it is about one. The browser only mirrors the
   * answer.
   *
   * @default all but `forget` and `bulk`
   */
  readonly can?: (ctx: ExecutionContext, act: DashboardAct, saga?: SagaSummary) => Answer<boolean>;
  /** Which sagas the request sees; what is outside is not found. @default all of the engine's */
  readonly scope?: (ctx: ExecutionContext) => Answer<DashboardScope>;
  /** Inputs, contexts and results. @default 'redacted' with guards, 'off' without */
  readonly payloads?: 'off' | 'redacted' | 'full';
  /**
   * Masked in payloads beside passwords, tokens, card numbers and their like: the name of a property at
   * any depth, or a dotted path. @default none
   */
  readonly redact?: readonly string[];
  /** Nobody acts here. @default false */
  readonly readOnly?: boolean;
  /** Shown at the top of every view: `{ label: 'production', color: '#c2410c' }`. @default none */
  readonly environment?: { readonly label: string; readonly color?: string };
  /** @default 'Sagas' */
  readonly title?: string;
  /** With `{sagaId}`, `{sagaName}` and `{key}` to be filled in. @default none */
  readonly links?: { readonly trace?: string; readonly logs?: string };
  /** How often the journal is asked what has changed while somebody looks, in ms. @default 1_000 */
  readonly pollMs?: number;
}

interface Place extends Pick<ModuleMetadata, 'imports'> {
  /** Below the global prefix of the application. @default 'sagas-dashboard' */
  readonly path?: string;
  /**
   * Who lets requests in, on every route: classes that Nest makes, with what `imports` bring. `'global'`
   * says that a guard of the whole application does. Without one, only this machine is served, and in
   * production the application does not start.
   *
   * @default none
   */
  readonly guards?: readonly Type<CanActivate>[] | 'global';
}

/** What `SagaDashboardModule.forRoot()` takes; all may be left out. */
export interface SagaDashboardOptions extends Place, SagaDashboardSettings {}

/** {@link SagaDashboardOptions}, with settings that a factory makes. */
export interface SagaDashboardAsyncOptions extends Place {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...args: never[]) => SagaDashboardSettings | Promise<SagaDashboardSettings>;
}
