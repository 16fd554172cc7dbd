import type { InjectionToken, OnModuleInit } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { isGroup } from '../../core/definition/index.js';
import { shown } from '../../core/engine/index.js';
import type { StepBarrier, StepBarrierSource } from '../../core/index.js';
import { Provided } from './provided.js';

const WANTED = {
  option: 'barrier',
  remedy:
    'import SagaBarrierModule of nestjs-saga-orchestrator/participant, or provide a SagaBarrier of your own',
  problem: (what: string, found: unknown) =>
    isGroup(found) && isGroup(found['steps'])
      ? undefined
      : `${what} must be a SagaBarrier (got ${shown(found)})`,
};

/** A barrier that a provider of the application is, such as that of `SagaBarrierModule`. */
export class ProvidedBarrier implements StepBarrierSource, OnModuleInit {
  readonly #provided: Provided<StepBarrierSource>;

  constructor(token: InjectionToken<StepBarrierSource>, modules: ModuleRef) {
    this.#provided = new Provided(token, modules, WANTED);
  }

  onModuleInit(): void {
    void this.#provided.value;
  }

  get steps(): StepBarrier {
    return this.#provided.value.steps;
  }
}
