// A dashboard for operators, as one module of a Nest application.
export { SagaDashboardModule } from './saga-dashboard.module.js';
export type {
  DashboardScope,
  SagaDashboardAsyncOptions,
  SagaDashboardOptions,
  SagaDashboardSettings,
} from './options.js';
export type { DashboardAct } from './ui/wire.js';
