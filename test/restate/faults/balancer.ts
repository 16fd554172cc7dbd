import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Balancer {
  readonly url: string;
  /** How many connections each port has been given. */
  readonly given: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

/** One URL for several ports: connections go to them in turn, past those where nobody listens. */
export async function balancer(ports: readonly number[]): Promise<Balancer> {
  const given = new Map<number, number>();
  const sockets = new Set<Socket>();
  let turn = 0;
  const join = (near: Socket, tries: number): void => {
    const port = ports[turn++ % ports.length] as number;
    const far = connect({ host: '127.0.0.1', port });
    far.once('error', () => {
      if (tries > 1 && !near.destroyed) join(near, tries - 1);
      else near.destroy();
    });
    far.once('connect', () => {
      given.set(port, (given.get(port) ?? 0) + 1);
      sockets.add(near).add(far);
      near.pipe(far).pipe(near);
      near.once('close', () => far.destroy());
      far.once('close', () => near.destroy());
    });
  };
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    join(near, ports.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    given,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
