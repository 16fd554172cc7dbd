import type { ExecutionContext } from '@nestjs/common';
import { SAGA_KEY, SAGA_UNDO_OF } from './saga-headers.js';
import type { IncomingHeaders } from './saga-call.js';

/** What the contexts of Nest's message transports have, as far as headers are concerned. */
interface MessageContext {
  /** NATS */
  getHeaders?(): unknown;
  /** Kafka: its headers; RabbitMQ: its properties. */
  getMessage?(): {
    readonly headers?: unknown;
    readonly properties?: { readonly headers?: unknown };
  };
  /** MQTT */
  getPacket?(): { readonly properties?: { readonly userProperties?: unknown } };
  /** gRPC: it is the metadata itself. */
  get?(name: string): unknown;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Of headers, or of what has them behind `get()`, those that are ours. */
function ours(headers: unknown): IncomingHeaders | undefined {
  if (!isObject(headers)) return undefined;
  const behind = headers as { get?: (name: string) => unknown };
  const read = (name: string): unknown => {
    if (typeof behind.get !== 'function') return (headers as IncomingHeaders)[name];
    // NATS says '' and gRPC [] for what is not there.
    const value = behind.get(name);
    return value === '' || (Array.isArray(value) && value.length === 0) ? undefined : value;
  };
  const found = [SAGA_KEY, SAGA_UNDO_OF].map((name) => [name, read(name)] as const);
  return found.some(([, value]) => value !== undefined) ? Object.fromEntries(found) : undefined;
}

function ofMessage(context: MessageContext, payload: unknown): IncomingHeaders | undefined {
  const message = context.getMessage?.();
  const places = [
    context.getHeaders?.(),
    message?.headers,
    message?.properties?.headers,
    context.getPacket?.().properties?.userProperties,
    typeof context.get === 'function' ? context : undefined,
    isObject(payload) ? (payload as { readonly headers?: unknown }).headers : undefined,
  ];
  return places.map(ours).find((headers) => headers !== undefined);
}

/**
 * The headers of a request or a message that concern a barrier. Of a message those of its transport, else
 * `headers` of its payload: TCP and Redis carry nothing else.
 */
export function incomingHeaders(host: ExecutionContext): IncomingHeaders {
  if (host.getType() === 'rpc') {
    const rpc = host.switchToRpc();
    const context: unknown = rpc.getContext();
    return ofMessage(isObject(context) ? context : {}, rpc.getData()) ?? {};
  }
  const request: unknown = host.switchToHttp().getRequest();
  return (isObject(request) && ours((request as { headers?: unknown }).headers)) || {};
}
