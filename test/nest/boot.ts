import { Module, type INestApplicationContext, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  SagaModule,
  SagaOrchestratorFactory,
  silentLogger,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';

const running: INestApplicationContext[] = [];

/** An application that has started, with the saga module in its root; closed after the test. */
export async function boot(
  root: ModuleMetadata = {},
  options: SagaModuleOptions = { logger: silentLogger },
) {
  @Module({ ...root, imports: [SagaModule.forRoot(options), ...(root.imports ?? [])] })
  class AppModule {}
  return bootModule(AppModule);
}

export async function bootModule(type: new () => object) {
  const testing = await Test.createTestingModule({ imports: [type] })
    .setLogger(false as never)
    .compile();
  const app = testing.createNestApplication();
  running.push(app);
  await app.init();
  return { app, sagas: app.get(SagaOrchestratorFactory) };
}

/** The error that the start of an application fails with. */
export async function bootFailure(
  root: ModuleMetadata,
  options?: SagaModuleOptions,
): Promise<Error> {
  return boot(root, options).then(
    () => {
      throw new Error('It has started');
    },
    (error: Error) => error,
  );
}

afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
});
