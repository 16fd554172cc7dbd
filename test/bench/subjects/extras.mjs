import { Writable } from 'node:stream';
import winston from 'winston';
import { loadCore, STEPS } from './ours.mjs';

/** The log is written, and goes nowhere: what is measured is not the terminal. */
function winstonAt(level) {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  return winston.createLogger({ level, transports: [new winston.transports.Stream({ stream })] });
}

/** One setting more than the plain saga, each: what it costs. */
export async function loadExtras(lib) {
  const { SagaOrchestratorBuilder, defineSaga, silentLogger, toEvent } = await loadCore(lib);
  const subject = (name, { logger = silentLogger, settings = {}, options = {} }) => ({
    name,
    undone: 2,
    run: (() => {
      const steps = STEPS.map((step) => ({ ...step, ...settings }));
      const all = { ...options, definition: defineSaga('PlaceOrder', steps) };
      return (order) => new SagaOrchestratorBuilder('PlaceOrder', order, logger, all).runAsync();
    })(),
  });
  const told = new Set();
  const onRecord = ({ sagaName, sagaId }, record, at) =>
    told.add(toEvent(sagaName, sagaId, at, record).type);
  const observers = [{ onRecord }];
  return {
    plain: () => subject('plain', {}),
    subscriber: () => subject('an event subscriber', { options: { observers } }),
    timeout: () => subject('a timeout per step', { settings: { timeout: 30_000 } }),
    retry: () => subject('a retry policy per step', { settings: { retry: { retries: 3 } } }),
    winstonInfo: () => subject('one line per saga, winston', { logger: winstonAt('info') }),
    winstonDebug: () => subject('seven lines per saga, winston', { logger: winstonAt('debug') }),
    winstonError: () => subject("no line, winston at 'error'", { logger: winstonAt('error') }),
  };
}
