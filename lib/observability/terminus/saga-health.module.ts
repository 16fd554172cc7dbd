import { Module } from '@nestjs/common';
import { HealthIndicatorService } from '@nestjs/terminus';
import { SagaHealthIndicator } from './saga-health.indicator.js';

/** Provides {@link SagaHealthIndicator}: import it beside `TerminusModule`, where your health controller is. */
@Module({
  providers: [HealthIndicatorService, SagaHealthIndicator],
  exports: [SagaHealthIndicator],
})
export class SagaHealthModule {}
