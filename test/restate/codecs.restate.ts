import {
  defineSaga,
  jsonCodec,
  silentLogger,
  type PayloadCodec,
  type SagaEngine,
} from 'nestjs-saga-orchestrator/core';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { freePort } from './ports.js';
import { RestateServer } from './restate-server.js';

/** What was written under another key is refused by it, and told of. */
function keyed(key: string, onForeign: () => void = () => undefined): PayloadCodec {
  return {
    encode: (value) => key + jsonCodec.encode(value),
    decode: (text) => {
      if (text.startsWith(key)) return jsonCodec.decode(text.slice(key.length));
      onForeign();
      throw new Error('written under another key');
    },
  };
}

describe('payloads of another codec on Restate (semantics 18)', () => {
  let server: RestateServer;
  beforeAll(async () => (server = await RestateServer.start()));
  afterAll(() => server.stop());

  it('fail no step: the saga waits for a process that can read them', async () => {
    const calls: string[] = [];
    let reached!: () => void;
    const inFlight = new Promise<void>((resolve) => (reached = resolve));
    const { ingressUrl, adminUrl } = server;
    const service = { port: await freePort() };

    /** A process with this codec; its second step hangs in the first one alone. */
    const processWith = async (codec: PayloadCodec, hangs: boolean): Promise<SagaEngine> => {
      const engine = restateEngine({ ingressUrl, adminUrl, service }).create({
        ...{ logger: silentLogger, codec, drainMs: 0 },
      });
      engine.register(
        defineSaga('Keyed', [
          {
            label: 'Reserve',
            action: () => 'reserved',
            compensate: () => void calls.push('undo Reserve'),
          },
          {
            label: 'Charge',
            action: async (ctx) => {
              calls.push(`Charge ${String(ctx.getStepResult('Reserve'))}`);
              reached();
              if (hangs) await new Promise(() => undefined);
            },
          },
        ]),
      );
      await engine.open();
      return engine;
    };

    const first = await processWith(keyed('old:'), true);
    const { id } = await first.start(first.definition('Keyed'), { order: 1 }, {});
    await inFlight;
    await first.close();

    let looked!: () => void;
    const refused = new Promise<void>((resolve) => (looked = resolve));
    let looks = 0;
    const other = await processWith(
      keyed('new:', () => (looks += 1) === 3 && looked()),
      false,
    );
    await refused;
    expect(await other.get({ name: 'Keyed', id })).toMatchObject({ status: 'running' });
    await other.close();
    expect(calls).toEqual(['Charge reserved']);

    const mended = await processWith(keyed('old:'), false);
    const again = await mended.start(mended.definition('Keyed'), { order: 1 }, { id });
    expect((await again.result()).isSuccess).toBe(true);
    expect(calls).toEqual(['Charge reserved', 'Charge reserved']);
    await mended.close();
  });
});
