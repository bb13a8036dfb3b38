import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach } from 'vitest';

/**
 * An HTTP server in its own thread. It can close its connections while the client's event loop stands still, as
 * a frozen environment's does. It answers each request with the same JSON.
 */
const program = `
const { createServer } = require('node:http');
const { parentPort, workerData } = require('node:worker_threads');
const sockets = new Set();
let connections = 0;
const requests = [];
const server = createServer((request, response) => {
  requests.push(request.method);
  if (workerData.dropsNew && request.socket.isNew) return request.socket.destroy();
  request.socket.isNew = false;
  response.end(workerData.body);
});
server.on('connection', (socket) => {
  connections++;
  socket.isNew = connections > 1;
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
const purged = new Int32Array(workerData.purged);
parentPort.on('message', (message) => {
  if (message === 'seen') return parentPort.postMessage({ connections, requests });
  for (const socket of sockets) socket.destroy();
  setImmediate(() => {
    Atomics.store(purged, 0, 1);
    Atomics.notify(purged, 0);
  });
});
`;

export interface DistantServer {
  baseUrl: string;
  /** Blocks until the server has closed every connection, so the client cannot notice it. */
  freezeAndPurge(): void;
  seen(): Promise<{ connections: number; requests: string[] }>;
}

const running: Worker[] = [];
afterEach(async () => {
  for (const worker of running.splice(0)) await worker.terminate();
});

/** @param dropsNew destroys each connection after the first instead of answering */
export async function givenDistantServer(body: object, dropsNew = false): Promise<DistantServer> {
  const purged = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { body: JSON.stringify(body), dropsNew, purged: purged.buffer };
  const worker = new Worker(program, { eval: true, workerData });
  running.push(worker);
  const [port] = (await once(worker, 'message')) as [number];
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    freezeAndPurge: () => {
      Atomics.store(purged, 0, 0);
      worker.postMessage('purge');
      Atomics.wait(purged, 0, 0, 10_000);
    },
    seen: async () => {
      worker.postMessage('seen');
      const [seen] = (await once(worker, 'message')) as [{ connections: number; requests: string[] }];
      return seen;
    },
  };
}
