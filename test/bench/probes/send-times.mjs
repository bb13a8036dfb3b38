/**
 * `node --import` loads this into an execution environment, for the benchmark only. It writes when each request to the OneLink
 * API was passed to the system, at the event from which the pacer counts. It writes at once, eight bytes each, so a killed
 * environment loses nothing. CLOCK_MONOTONIC is the same for all processes of a machine.
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
