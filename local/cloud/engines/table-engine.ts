/** Program: DynamoDB on loopback, in memory, by dynalite. */
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { engineSettings, reportPort } from './child.ts';

engineSettings();
// dynalite has no type declarations.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs: number }) => Server;

// dynalite throws when a client goes away in the middle of a request, as a killed function does.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code === 'ECONNRESET') return;
  console.error(error);
  process.exit(1);
});

const server = dynalite({ createTableMs: 0 });
// A client's idle connection must not be closed under it: between two batches a worker may be silent for long.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => reportPort((server.address() as AddressInfo).port));
