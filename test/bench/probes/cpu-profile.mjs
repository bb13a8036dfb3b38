/**
 * `node --import` loads this into an execution environment, for the benchmark only. It profiles the processor, and writes the
 * profile on SIGUSR2. The local cloud ends environments with SIGKILL, which leaves no time to write.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const directory = new URL(import.meta.url).searchParams.get('directory');
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', { interval: 1000 });
session.post('Profiler.start');

process.on('SIGUSR2', () => {
  session.post('Profiler.stop', (_error, { profile }) => {
    const name = `${directory}/${process.env.AWS_LAMBDA_FUNCTION_NAME}.${process.pid}`;
    // Renamed when complete, so readers never find a part of it.
    writeFileSync(`${name}.part`, JSON.stringify(profile));
    renameSync(`${name}.part`, `${name}.cpuprofile`);
  });
});
