/** Says what `npm test` leaves out, because it takes long or needs a server of its own. */
export default class NotRunReporter {
  constructor(globalConfig) {
    this.everything = globalConfig.nonFlagArgs.length === 0 && !globalConfig.watch;
  }

  onRunComplete() {
    if (!this.everything) return;
    process.stderr.write(
      '\nNot run here: crash tests (npm run test:crash), ' +
        'sagas on a real Restate server, which is installed for it (npm run test:restate)\n',
    );
  }
}
