// The program of the worker thread: the store, asked by messages. Found by its name, from
// worker-file.ts; nothing imports it.
import { parentPort, workerData } from 'node:worker_threads';
import { LocalStore } from './local-store.js';
import { sentOutcome, type Numbered, type Request, type Sent } from './messages.js';
import { sentError } from './sent-error.js';
import type { StoreSettings } from './store-host.js';

const store = new LocalStore(workerData as StoreSettings);
/** Work that waits until another process has written; the file stays open for it. */
const underWay = new Set<Promise<void>>();

async function carryOut(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'open':
      return store.open(request.known);
    case 'commit':
      return (await store.commit(request.writes)).map(sentOutcome);
    case 'read':
      return store.read(request.read);
    case 'is-busy':
      return store.isBusy();
    case 'close':
      await Promise.all(underWay);
      return store.close();
  }
}

async function answerOf(request: Request): Promise<Sent<unknown>> {
  try {
    return { value: await carryOut(request) };
  } catch (error) {
    return { error: sentError(error) };
  }
}

async function handle({ call, body }: Numbered<Request>): Promise<void> {
  const answer: Numbered<Sent<unknown>> = { call, body: await answerOf(body) };
  parentPort?.postMessage(JSON.stringify(answer));
  // With its port closed nothing keeps the thread.
  if (body.kind === 'close') parentPort?.close();
}

parentPort?.on('message', (text: string) => {
  const request = JSON.parse(text) as Numbered<Request>;
  const handled = handle(request);
  if (request.body.kind === 'close') return;
  underWay.add(handled);
  void handled.then(() => underWay.delete(handled));
});
