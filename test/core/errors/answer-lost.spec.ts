import {
  GatewayTimeoutException,
  HttpException,
  InternalServerErrorException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { isAnswerLost as ofMain } from 'nestjs-saga-orchestrator';
import {
  isAnswerLost,
  OutcomeUnknownError,
  ResultError,
  SagaExecutionException,
} from 'nestjs-saga-orchestrator/core';
import { TimeoutError } from 'rxjs';

const coded = (code: unknown, more: object = {}): Error =>
  Object.assign(new Error('request failed'), { code, ...more });
const wrapped = (cause: unknown): Error => new Error('payment failed', { cause });
const reset = coded('ECONNRESET');
const refused = coded('ECONNREFUSED');
const grpc = (code: number, details: string): Error => coded(code, { details, metadata: {} });

function chain(links: number, cause: unknown): unknown {
  let error = cause;
  for (let link = 0; link < links; link++) error = wrapped(error);
  return error;
}

function ringOf(error: Error): Error {
  Object.assign(error, { cause: wrapped(error), errors: [error] });
  return error;
}

const throwing = (thrown: unknown): unknown =>
  new Proxy(new Error('touch me not'), {
    get() {
      throw thrown;
    },
  });

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
  revoke();
  return proxy;
}

describe('isAnswerLost (semantics 3a)', () => {
  it('is the same from both entries', () => {
    expect(ofMain).toBe(isAnswerLost);
  });

  it.each([
    ...['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'ECONNABORTED', 'ERR_CANCELED'],
    ...['UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_ABORTED'],
    ...['ERR_STREAM_PREMATURE_CLOSE', 'ERR_HTTP2_STREAM_ERROR', 'HPE_INVALID_CONSTANT'],
    ...['PROTOCOL_CONNECTION_LOST', '08006', 'ERR_BAD_RESPONSE', 'PROTOCOL_SEQUENCE_TIMEOUT'],
    ...['UND_ERR_INFO', 'UND_ERR_RES_EXCEEDED_MAX_SIZE', 'UND_ERR_HEADERS_OVERFLOW'],
    ...['ETIMEOUT', 'P1008', 'P1017', 'TIMEOUT'],
  ])('is true of the code %s', (code) => {
    expect(isAnswerLost(coded(code))).toBe(true);
  });

  it.each([
    ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
    ...['ENOENT', '23505', 'econnreset', 'ECONNRESET ', '', 504, 4, 14, 2n, undefined, null, {}],
  ])('is false of the code %p', (code) => {
    expect(isAnswerLost(coded(code))).toBe(false);
  });

  it.each([
    ['of fetch, aborted', new DOMException('aborted', 'AbortError')],
    ['of AbortSignal.timeout()', new DOMException('too long', 'TimeoutError')],
    ['of rxjs', new TimeoutError()],
    ['of ours', new OutcomeUnknownError('lost')],
    ["of Nest's client proxies", new Error('Connection closed')],
    ['of Stripe', Object.assign(new Error('our connection'), { code: undefined, detail: reset })],
    ['of node-fetch, in time', Object.assign(new Error('late'), { type: 'request-timeout' })],
    ['of node-fetch, in the body', Object.assign(new Error('late'), { type: 'body-timeout' })],
    ['of gaxios', Object.assign(new Error('late'), { config: {}, error: reset })],
    ['of Sequelize', Object.assign(new Error('lost'), { original: reset, parent: reset })],
    ['of the AWS SDK', Object.assign(new Error('late'), { $metadata: { httpStatusCode: 504 } })],
    ['of pg', new Error('Connection terminated unexpectedly')],
    ['of pg, in time', new Error('Query read timeout')],
    ['of ioredis', new Error('Command timed out')],
    ['of amqplib', new Error('channel closed')],
    ['of MongoDB', Object.assign(new Error('closed'), { name: 'MongoNetworkError' })],
    ['of KafkaJS', Object.assign(new Error('late'), { name: 'KafkaJSRequestTimeoutError' })],
  ])('is true of the errors %s', (_, error) => {
    expect(isAnswerLost(error)).toBe(true);
  });

  it.each([408, 499, 502, 504, 522, 523, 524])(
    'is true of HTTP %d, wherever it stands',
    (status) => {
      expect(isAnswerLost({ status })).toBe(true);
      expect(isAnswerLost({ statusCode: status })).toBe(true);
      expect(isAnswerLost({ response: { status } })).toBe(true);
      expect(isAnswerLost({ response: { statusCode: status } })).toBe(true);
      expect(isAnswerLost({ getStatus: () => status })).toBe(true);
      expect(isAnswerLost(new HttpException('passed on', status))).toBe(true);
      expect(isAnswerLost(coded('ERR_BAD_RESPONSE', { response: { status } }))).toBe(true);
    },
  );

  it.each([200, 400, 404, 409, 429, 500, 501, 503, 520, 5040])('is false of HTTP %d', (status) => {
    expect(isAnswerLost({ status, statusCode: status, response: { status } })).toBe(false);
    expect(isAnswerLost(new HttpException('passed on', status))).toBe(false);
  });

  it.each(['EHOSTUNREACH', 'ENETUNREACH'])(
    'asks of %s whether there was a connection already',
    (code) => {
      expect(isAnswerLost(coded(code, { syscall: 'connect' }))).toBe(false);
      expect(isAnswerLost(coded(code, { syscall: 'read' }))).toBe(true);
      expect(isAnswerLost(coded(code, { syscall: 'write' }))).toBe(true);
    },
  );

  it('does not take the body of an answer for an error of the connection', () => {
    expect(isAnswerLost(coded('E', { status: 400, error: { code: 'ETIMEDOUT' } }))).toBe(false);
    expect(isAnswerLost(coded('E', { detail: 'ECONNRESET' }))).toBe(false);
    expect(isAnswerLost(coded('E', { detail: refused }))).toBe(false);
  });

  it('is false of an unreadable 500, and true of an unreadable 201', () => {
    expect(isAnswerLost(coded('ERR_BAD_RESPONSE', { response: { status: 500 } }))).toBe(false);
    expect(isAnswerLost(coded('ERR_BAD_RESPONSE', { response: { status: 201 } }))).toBe(true);
  });

  it.each([
    [1, 'Cancelled on client', true],
    [2, 'Unknown', true],
    [4, 'Deadline exceeded', true],
    [14, 'read ECONNRESET', true],
    [14, 'read EHOSTUNREACH', true],
    [14, 'connect EHOSTUNREACH', false],
    [14, 'Connection dropped', true],
    [14, '', true],
    [14, 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1', false],
    [14, 'Name resolution failed for target dns:payments:50051', false],
    [14, 'failed to connect to all addresses', false],
    [3, 'Invalid argument', false],
    [8, 'Resource exhausted', false],
    [13, 'Internal', false],
  ])('takes gRPC status %d, "%s" for %p', (code, details, lost) => {
    expect(isAnswerLost(grpc(code, details))).toBe(lost);
    expect(isAnswerLost(coded(code, { details }))).toBe(lost);
  });

  it("does not take somebody's own number for gRPC's", () => {
    expect(isAnswerLost(new ResultError(4, 'four'))).toBe(false);
    expect(isAnswerLost(coded(14))).toBe(false);
    expect(isAnswerLost(coded(14, { metadata: null, details: 7 }))).toBe(false);
  });

  describe('of errors inside errors: the innermost evidence counts', () => {
    it.each<[string, unknown, boolean]>([
      ['a cause', wrapped(wrapped(reset)), true],
      [
        "a cause of Nest's own exception",
        new ServiceUnavailableException('x', { cause: reset }),
        true,
      ],
      ["in Nest's RpcException", new RpcException(reset), true],
      ["in Nest's HttpException", new InternalServerErrorException(reset), true],
      ['never arrived, in an HttpException', new InternalServerErrorException(refused), false],
      ['a body in an HttpException', new InternalServerErrorException({ code: 'EPIPE' }), false],
      ["a status of gRPC in Nest's RpcException", new RpcException(grpc(14, 'dropped')), true],
      ["never arrived, in Nest's RpcException", new RpcException(refused), false],
      ["a text in Nest's RpcException", new RpcException('ECONNRESET'), false],
      ['a cause that says nothing', wrapped(wrapped(new Error('no'))), false],
      [
        'a wrapper that says more than its cause',
        coded('ECONNRESET', { cause: new Error('no') }),
        true,
      ],
      [
        'a lost answer whose request never arrived',
        coded('ECONNABORTED', { cause: refused }),
        false,
      ],
      [
        'a 504 whose request never arrived',
        new GatewayTimeoutException('x', { cause: refused }),
        false,
      ],
      ['a refused retry of what was lost', coded('ECONNREFUSED', { cause: reset }), true],
      ['all addresses refused', new AggregateError([refused, refused]), false],
      ['all addresses refused, passed on', wrapped(new AggregateError([refused, refused])), false],
      [
        "one address refused, one lost; Node names the first one's code",
        Object.assign(new AggregateError([refused, coded('ETIMEDOUT')]), { code: 'ECONNREFUSED' }),
        true,
      ],
      [
        'the lost one is not the first',
        new AggregateError([new Error('no'), wrapped(reset)]),
        true,
      ],
      ['errors without an AggregateError', { errors: [reset] }, true],
      ['errors that are no list', { errors: { email: reset } }, false],
      ['errors that are texts', { errors: ['ECONNRESET'] }, false],
      ['a cause and errors', Object.assign(new AggregateError([refused]), { cause: reset }), true],
    ])('%s', (_, error, lost) => {
      expect(isAnswerLost(error)).toBe(lost);
    });

    it('does not look behind the end of another saga: that is an answer', () => {
      const failure = {
        ...{ sagaId: '1', sagaName: 'Pay', status: 'compensated' as const, cause: reset },
        ...{ compensated: [], notCompensated: [], skipped: [], compensationErrors: [] },
      };
      expect(isAnswerLost(new SagaExecutionException(failure))).toBe(false);
    });
  });

  describe('reads with care', () => {
    it.each<[string, unknown, boolean]>([
      ['nothing', undefined, false],
      ['null', null, false],
      ['a text', 'ECONNRESET', false],
      ['a function', Object.assign(() => 1, { code: 'ECONNRESET' }), false],
      ['a proxy that throws', throwing(new Error('no')), false],
      ['a proxy that throws itself nothing', throwing(undefined), false],
      ['a revoked proxy', revoked(), false],
      ['a revoked proxy inside', wrapped(revoked()), false],
      ['a revoked list', { errors: revoked() }, false],
      ['one broken error beside a lost one', new AggregateError([revoked(), reset]), true],
      [
        'a getter that throws',
        Object.defineProperty(wrapped(reset), 'code', {
          get: () => {
            throw new Error('no');
          },
        }),
        true,
      ],
      [
        'a getStatus that throws',
        {
          getStatus: () => {
            throw new Error('no');
          },
        },
        false,
      ],
      ['a ring', ringOf(new Error('ring')), false],
      ['a ring that tells', ringOf(coded('ECONNRESET')), true],
      ['a response that is no object', { response: 'gateway' }, false],
      ['a frozen error', Object.freeze(coded('EPIPE')), true],
      ['an error without a prototype', Object.assign(Object.create(null), { code: 'EPIPE' }), true],
    ])('%s', (_, error, lost) => {
      expect(isAnswerLost(error)).toBe(lost);
    });

    it('and with an end, whatever is hung on it', () => {
      expect(isAnswerLost(chain(40, reset))).toBe(true);
      expect(isAnswerLost(chain(100_000, reset))).toBe(false);
      const wide = new AggregateError(Array.from({ length: 100_000 }, () => new Error('no')));
      expect(isAnswerLost(wide)).toBe(false);
      let tree: Error[] = [new Error('no')];
      for (let depth = 0; depth < 40; depth++) {
        tree = [new AggregateError([...tree, new AggregateError(tree)])];
      }
      expect(isAnswerLost(tree[0])).toBe(false);
      const endless: ProxyHandler<Error> = {
        get: (_, name) => (name === 'cause' ? new Proxy(new Error('again'), endless) : undefined),
      };
      expect(isAnswerLost(new Proxy(new Error('again'), endless))).toBe(false);
    });

    it('and changes nothing', () => {
      const error = wrapped(new AggregateError([reset]));
      const before = JSON.stringify(Object.getOwnPropertyDescriptors(error));
      isAnswerLost(error);
      expect(JSON.stringify(Object.getOwnPropertyDescriptors(error))).toBe(before);
    });
  });
});
