import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { Journal, PayloadCodec, PayloadLimits, SagaLogger } from '../core/index.js';

/** Settings of the saga module; all may be left out. */
export interface SagaModuleOptions {
  /** Where sagas are kept. @default in memory, with a warning in production */
  readonly journal?: Journal;
  /** @default the application's nest-winston logger when it has one, else Nest's `Logger` */
  readonly logger?: SagaLogger;
  /** How payloads become text; give your own to encrypt them. @default JSON with tags */
  readonly codec?: PayloadCodec;
  /** Sizes of one payload. @default warn at 256 KiB, refuse over 2 MiB */
  readonly limits?: Partial<PayloadLimits>;
  /** How long a shutdown lets running steps finish, in ms. @default 10_000 */
  readonly drainMs?: number;
}

/** {@link SagaModuleOptions}, made by a factory with injected providers. */
export interface SagaModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...args: never[]) => SagaModuleOptions | Promise<SagaModuleOptions>;
}
