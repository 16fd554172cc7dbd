import {
  Client,
  credentials,
  makeGenericClientConstructor,
  Metadata,
  Server,
  ServerCredentials,
  status,
  type CallOptions,
  type ServiceDefinition,
  type ServiceError,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { Controller, Logger, Module, type INestMicroservice } from '@nestjs/common';
import {
  ClientProxyFactory,
  MessagePattern,
  RpcException,
  Transport,
  type ClientProxy,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { NEVER, timeout } from 'rxjs';
import { closedPort, rawServer, type AwkwardServer } from '../support/awkward-server.js';
import { expectOutcome } from './outcome-of.js';

type Expected = 'done' | 'not-done' | 'unknown';
const afterAllDo: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of afterAllDo.splice(0).reverse()) await end();
});

describe("a message of Nest's ClientProxy (semantics 3a)", () => {
  @Controller()
  class Payments {
    @MessagePattern('charge')
    charge() {
      return { tx: 'tx-1' };
    }
    @MessagePattern('hang')
    hang() {
      return NEVER;
    }
    @MessagePattern('decline')
    decline() {
      throw new RpcException({ code: 'DECLINED', message: 'card declined' });
    }
    @MessagePattern('break')
    break() {
      throw new Error('out of paper');
    }
  }
  @Module({ controllers: [Payments] })
  class PaymentsModule {}

  let participant: INestMicroservice;
  let breaking: AwkwardServer;
  let port: number;

  const clientOf = (toPort: number): ClientProxy => {
    const client = ClientProxyFactory.create({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: toPort },
    });
    afterAllDo.push(() => client.close());
    return client;
  };

  beforeAll(async () => {
    port = await closedPort();
    const testing = await Test.createTestingModule({ imports: [PaymentsModule] }).compile();
    participant = testing.createNestMicroservice({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port },
    });
    Logger.overrideLogger(false);
    await participant.listen();
    afterAllDo.push(() => participant.close());
    breaking = await rawServer((socket) => void socket.resetAndDestroy());
    afterAllDo.push(() => breaking.close());
  });

  it.each<[string, Expected]>([
    ['charge', 'done'],
    ['hang', 'unknown'],
    ['decline', 'not-done'],
    ['break', 'not-done'],
    ['nobody-listens-to-this', 'not-done'],
  ])('%s ends as %s', async (pattern, outcome) => {
    const client = clientOf(port);
    await expectOutcome(() => client.send(pattern, {}).pipe(timeout(200)), outcome);
  });

  it('whose connection breaks is unknown', async () => {
    const client = clientOf(breaking.port);
    await expectOutcome(() => client.send('charge', {}), 'unknown');
  });

  it('that nobody could take is not done', async () => {
    const client = clientOf(await closedPort());
    await expectOutcome(() => client.send('charge', {}), 'not-done');
  });
});

describe('a call of gRPC (semantics 3a)', () => {
  const json = {
    serialize: (value: unknown) => Buffer.from(JSON.stringify(value)),
    deserialize: (bytes: Buffer) => JSON.parse(String(bytes)) as unknown,
  };
  const definition: ServiceDefinition = {
    charge: {
      path: '/shop.Payments/Charge',
      requestStream: false,
      responseStream: false,
      requestSerialize: json.serialize,
      requestDeserialize: json.deserialize,
      responseSerialize: json.serialize,
      responseDeserialize: json.deserialize,
    },
  };
  const Payments = makeGenericClientConstructor(definition, 'Payments');
  type Charge = (
    request: object,
    metadata: Metadata,
    options: Partial<CallOptions>,
    done: (error: ServiceError | null, value?: unknown) => void,
  ) => { cancel(): void };

  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = new Server();
    server.addService(definition, {
      charge(
        { request }: ServerUnaryCall<{ code?: number; throws?: boolean }, unknown>,
        done: sendUnaryData<unknown>,
      ) {
        const { code, throws } = request;
        if (code === undefined && throws === undefined) return done(null, { tx: 'tx-1' });
        if (throws === true) throw new Error('out of paper');
        if (code !== -1) done({ code: code ?? 0, details: 'as asked for' });
      },
    });
    port = await new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    afterAllDo.push(() => server.forceShutdown());
  });

  function charge(
    toPort: number,
    request: object,
    { ms, cancel = false }: { readonly ms?: number; readonly cancel?: boolean } = {},
  ): Promise<unknown> {
    const client: Client = new Payments(`127.0.0.1:${toPort}`, credentials.createInsecure());
    afterAllDo.push(() => client.close());
    const options = ms === undefined ? {} : { deadline: Date.now() + ms };
    return new Promise((resolve, reject) => {
      const call = (client as unknown as { charge: Charge }).charge(
        request,
        new Metadata(),
        options,
        (error, value) => (error === null ? resolve(value) : reject(error)),
      );
      if (cancel) setTimeout(() => call.cancel(), 50);
    });
  }

  it.each<[string, () => Promise<unknown>, Expected]>([
    ['that is answered', () => charge(port, {}), 'done'],
    ['that is not answered in time', () => charge(port, { code: -1 }, { ms: 200 }), 'unknown'],
    ['that its caller cancels', () => charge(port, { code: -1 }, { cancel: true }), 'unknown'],
    ['whose handler throws', () => charge(port, { throws: true }), 'unknown'],
    ['answered UNKNOWN', () => charge(port, { code: status.UNKNOWN }), 'unknown'],
    ['answered UNAVAILABLE', () => charge(port, { code: status.UNAVAILABLE }), 'unknown'],
    ['answered INTERNAL', () => charge(port, { code: status.INTERNAL }), 'not-done'],
    ['answered FAILED_PRECONDITION', () => charge(port, { code: 9 }), 'not-done'],
    ['answered RESOURCE_EXHAUSTED', () => charge(port, { code: 8 }), 'not-done'],
    ['that nobody could take', async () => charge(await closedPort(), {}), 'not-done'],
  ])('%s', async (_, action, outcome) => {
    await expectOutcome(action, outcome);
  });

  it('whose connection breaks in the middle of it', async () => {
    const doomed = new Server();
    doomed.addService(definition, { charge: () => doomed.forceShutdown() });
    const at = await new Promise<number>((resolve, reject) => {
      doomed.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    await expectOutcome(() => charge(at, {}), 'unknown');
  });
});
