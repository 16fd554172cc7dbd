import type { EngineSettings, SagaEngineProvider } from '../../core/index.js';
import { refuseProblems, settingsProblems, unknownSettings } from '../../core/engine/index.js';
import { restateSettings, type RestateEngineOptions } from './options.js';
import { RestateEngine } from './restate-engine.js';

export type { RestateEngineOptions, RestateServiceOptions } from './options.js';

function applicationProblem({ application = '' }: EngineSettings): string | undefined {
  if (application === '') return undefined;
  return (
    'application must be left out with Restate, whose server knows a saga by its name alone: ' +
    `give each application a server, or its sagas names of their own, as in @Saga({ name: '<application>.<name>' })`
  );
}

/**
 * Runs the sagas of an application on a Restate server, for `SagaModule.forRoot({ engine })`. The
 * classes stay as they are. Needs the package `@restatedev/restate-sdk`.
 *
 * @throws SagaOptionsError with everything that is wrong with the options.
 */
export function restateEngine(options: RestateEngineOptions = {}): SagaEngineProvider {
  const settings = restateSettings(options);
  return {
    description: `Restate at ${settings.ingressUrl}`,
    create: (given) => {
      refuseProblems([
        ...unknownSettings(given),
        ...settingsProblems(given),
        applicationProblem(given),
      ]);
      return new RestateEngine(settings, given);
    },
  };
}
