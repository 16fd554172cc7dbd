import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';

/** How a server may treat who asks it. */
const WAYS: Readonly<Record<string, (req: IncomingMessage, res: ServerResponse) => void>> = {
  '/hang': () => undefined,
  '/reset': (req) => void req.socket.resetAndDestroy(),
  '/close': (req) => void req.socket.destroy(),
  '/garbage': (req) => void req.socket.end('this is no HTTP\r\n\r\n'),
  /** Begins its answer, and breaks off. */
  '/half': (req, res) => {
    res.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
    res.write('{"id":', () => req.socket.resetAndDestroy());
  },
  /** Begins its answer, and never ends it. */
  '/stall': (_, res) => {
    res.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
    res.write('{"id":');
  },
};

function answer(req: IncomingMessage, res: ServerResponse): void {
  req.resume();
  const path = req.url ?? '';
  const way = WAYS[path];
  if (way !== undefined) return way(req, res);
  res.writeHead(Number(path.slice(1)), { 'content-type': 'application/json' });
  res.end('{"message":"as asked for"}');
}

/** A server of this machine; `close()` also ends what hangs. */
export interface AwkwardServer {
  readonly port: number;
  close(): Promise<void>;
}

async function listen(server: Server): Promise<AwkwardServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** Does what the path says: `/hang`, `/reset`, `/half`, `/504` … */
export function awkwardServer(): Promise<AwkwardServer> {
  return listen(createServer(answer));
}

/** Accepts connections, and does that with each once something was said. */
export function rawServer(onData: (socket: Socket) => void): Promise<AwkwardServer> {
  return listen(createTcpServer((socket) => void socket.once('data', () => onData(socket))));
}

/** A port where nobody listens. */
export async function closedPort(): Promise<number> {
  const { port, close } = await rawServer(() => undefined);
  await close();
  return port;
}
