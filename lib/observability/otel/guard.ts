import { diag } from '@opentelemetry/api';

/**
 * Telemetry changes nothing: what fails in it is told to OpenTelemetry's own log, the first time, and the saga
 * goes on.
 */
export class Guard {
  #hasFailed = false;

  call<T>(what: () => T): T | undefined {
    try {
      return what();
    } catch (error) {
      if (!this.#hasFailed) diag.error('The telemetry of sagas has failed', error);
      this.#hasFailed = true;
      return undefined;
    }
  }
}
