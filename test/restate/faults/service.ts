// A process that serves the saga of the fault tests; its settings are its first argument.
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { sweepSaga } from './participants.js';

export interface ServiceSettings {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  readonly port: number;
  readonly publicUrl?: string;
  /** Where the participants keep what they did. */
  readonly root: string;
}

const { root, port, publicUrl, ...urls } = JSON.parse(process.argv[2] ?? '') as ServiceSettings;
const service = publicUrl === undefined ? { port } : { port, publicUrl };
const engine = restateEngine({ ...urls, service }).create({ logger: silentLogger });
engine.register(sweepSaga(root));
await engine.open();
process.stdout.write('ready\n');
