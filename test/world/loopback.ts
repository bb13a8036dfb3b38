import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * An HTTP server on a free port of this machine.
 *
 * @param atEnd `afterAll` or `onTestFinished`, which then closes the server
 */
export async function serverOnLoopback(
  serve: RequestListener,
  atEnd: (close: () => void) => void,
): Promise<{ server: Server; origin: string }> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
