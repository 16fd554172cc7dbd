/** Says what `npm test` leaves out, because it takes long or needs a server of its own. */
export default class NotRunReporter {
  constructor(globalConfig) {
    this.everything = globalConfig.nonFlagArgs.length === 0 && !globalConfig.watch;
  }

  onRunComplete() {
    if (!this.everything) return;
    process.stderr.write(
      '\nNot run here: crash tests (npm run test:crash), ' +
        'sagas on a real Restate server (npm run test:restate), adapters with the clients that they are for ' +
        '(npm run test:transactions) and recipes with other libraries (npm run test:libraries), which are installed for it\n',
    );
  }
}
