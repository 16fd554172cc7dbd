import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { SagaEngine } from '../../core/index.js';
import type { SagaModuleOptions } from '../saga-module-options.js';
import { SAGA_ENGINE, SAGA_OPTIONS } from '../tokens.js';

/** Lets telemetry ask the engine for numbers, from the start of the application to its end. */
@Injectable()
export class TelemetryWatch implements OnModuleInit, OnModuleDestroy {
  #end: (() => void) | undefined;

  constructor(
    @Inject(SAGA_OPTIONS) private readonly options: SagaModuleOptions,
    @Inject(SAGA_ENGINE) private readonly engine: SagaEngine,
  ) {}

  onModuleInit(): void {
    this.#end = this.options.telemetry?.watch?.(this.engine);
  }

  onModuleDestroy(): void {
    this.#end?.();
  }
}
