// Runs spec after spec in one process, for its parent: Jest's start-up costs more than most specs.
//   { config, spec } → { failed: 'the first test that failed' | undefined }
import { runCLI } from 'jest';

// What a mutant leaves behind must not end the process in the middle of the next one.
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => undefined);

process.on('disconnect', () => process.exit());

function firstFailure({ testResults }) {
  for (const { testFilePath, testExecError, testResults: tests } of testResults) {
    const test = tests.find(({ status }) => status === 'failed');
    if (test !== undefined) return `${testFilePath}: ${test.fullName}`;
    if (testExecError) return `${testFilePath}: ${testExecError.message ?? 'cannot be loaded'}`;
  }
  return 'a run that failed';
}

async function run(config, spec) {
  const argv = {
    $0: 'jest',
    _: [spec],
    runTestsByPath: true,
    config,
    runInBand: true,
    ci: true,
    silent: true,
    watchman: false,
    reporters: [],
  };
  const { results } = await runCLI(argv, [process.cwd()]);
  return results.success ? undefined : firstFailure(results);
}

process.on('message', async ({ config, spec }) => {
  process.send({ failed: await run(JSON.stringify(config), spec) });
});
