// nestjs-saga-orchestrator/otel: spans and metrics by OpenTelemetry
export { sagaTelemetry, type SagaTelemetryOptions } from './saga-telemetry.js';
