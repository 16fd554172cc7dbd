import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

export type Swallowed = 'nothing' | 'answers' | 'everything';

export interface TcpProxy {
  readonly url: string;
  swallows: Swallowed;
  close(): Promise<void>;
}

/** Between the journal and its server: may swallow what is said, as a cut cable does. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port, pathname, username } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection({ host: hostname, port: Number(port) });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.on('data', (data) => {
        const lost = it.swallows === 'everything' || (it.swallows === 'answers' && to === near);
        if (!lost) to.write(data);
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const it = {
    url: `postgres://${username}@127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    swallows: 'nothing' as Swallowed,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return it;
}
