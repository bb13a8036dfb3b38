/** Program: DynamoDB on loopback, in memory, by dynalite. */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { engineSettings, reportPort } from './child.ts';
import { enforceAccess } from './table-access.ts';

engineSettings();
// dynalite has no type declarations.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs: number }) => Server;

// dynalite throws if a client disconnects in the middle of a request, as a killed function does.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'ECONNRESET') return;
  console.error(error);
  process.exit(1);
});

const server = dynalite({ createTableMs: 0 });
enforceAccess(server);
// No time-out for idle connections: a worker may send nothing for long between two batches.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => reportPort((server.address() as AddressInfo).port));
