// nestjs-saga-orchestrator/terminus: readiness and backlog for @nestjs/terminus
export type { BacklogOptions, ReadyOptions } from './options.js';
export { SagaHealthIndicator } from './saga-health.indicator.js';
export { SagaHealthModule } from './saga-health.module.js';
