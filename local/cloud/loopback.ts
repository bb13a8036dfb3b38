import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

/** A server on a free port of this machine. */
export interface Loopback {
  /** `http://127.0.0.1:{port}` */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @param drop ends the connections that are open at the stop */
export async function onLoopback(server: Server, drop: () => void): Promise<Loopback> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      drop();
      await closed;
    },
  };
}
