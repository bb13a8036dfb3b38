import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { WeatherPlan } from './plan.ts';
import type { Front } from './wire/front.ts';

/** How long a connection to the OneLink API may be idle: gateways and balancers differ, and tell nobody. */
const idleMilliseconds = { mild: 12_000, storm: 5_000 } as const;

/**
 * Stands in front of the OneLink API, byte for byte, and forgets connections that are idle, as a NAT gateway does: the
 * client hears nothing of it until it sends on one, which is then reset.
 *
 * @param api `http://127.0.0.1:{port}`
 * @param idle milliseconds without a byte, when no request waits for its answer
 */
export async function startApiFront(
  plan: WeatherPlan,
  api: string,
  idle: number = idleMilliseconds[plan.strength],
): Promise<Front> {
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
      // Why a connection broke is told by its end.
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
