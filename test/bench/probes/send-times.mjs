/**
 * Loaded into an execution environment by `node --import`, for the benchmark alone: notes when each request to the OneLink
 * API has been handed to the system, at the very event that the pacer counts from. Written at once, eight bytes each, so
 * that an environment that is killed takes nothing with it. CLOCK_MONOTONIC is the same for all processes of a machine.
 */
import { subscribe } from 'node:diagnostics_channel';
import { openSync, writeSync } from 'node:fs';

const directory = new URL(import.meta.url).searchParams.get('directory');
const file = openSync(`${directory}/${process.env.AWS_LAMBDA_FUNCTION_NAME}.${process.pid}`, 'w');
const milliseconds = new Float64Array(1);

subscribe('http.client.request.created', ({ request }) => {
  if (!request.path.startsWith('/api/v2.0/')) return;
  request.once('finish', () => {
    milliseconds[0] = Number(process.hrtime.bigint()) / 1e6;
    writeSync(file, milliseconds);
  });
});
