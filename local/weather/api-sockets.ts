import { connect, createServer, type Socket } from 'node:net';
import { type Loopback, onLoopback } from '../cloud/loopback.ts';
import type { WeatherPlan } from './plan.ts';

/** How long a connection to the OneLink API may be idle. Gateways and load balancers differ, and publish no value. */
const idleMilliseconds = { mild: 12_000, storm: 5_000 } as const;

/**
 * Proxies the OneLink API, byte for byte, and forgets idle connections, as a NAT gateway does. The client gets no
 * notice: its next request on such a connection is reset.
 *
 * @param api `http://127.0.0.1:{port}`
 * @param idle milliseconds without a byte, while no request waits for its answer
 */
export async function startApiFront(
  plan: WeatherPlan,
  api: string,
  idle: number = idleMilliseconds[plan.strength],
): Promise<Loopback> {
  const { hostname, port } = new URL(api);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const service = connect(Number(port), hostname);
    let timer: NodeJS.Timeout | undefined;
    let forgotten = false;
    const forget = () => {
      if (!plan.strikes('api-purged-sockets')) return;
      forgotten = true;
      service.destroy();
    };
    client.on('data', (bytes) => {
      clearTimeout(timer);
      if (forgotten) client.resetAndDestroy();
      else service.write(bytes);
    });
    service.on('data', (bytes) => {
      clearTimeout(timer);
      client.write(bytes);
      timer = setTimeout(forget, idle);
    });
    for (const socket of [client, service]) {
      sockets.add(socket);
      // The `close` event follows, and handles every cause.
      socket.on('error', () => {});
      socket.setNoDelay(true);
    }
    service.on('close', (broken) => {
      clearTimeout(timer);
      sockets.delete(service);
      if (broken) client.resetAndDestroy();
      else if (!forgotten) client.end();
    });
    client.on('close', () => {
      clearTimeout(timer);
      sockets.delete(client);
      service.destroy();
    });
  });
  return onLoopback(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}
