/**
 * Loaded into an execution environment by `node --import`, for the benchmark alone: profiles the processor, and writes the
 * profile when it is asked to by SIGUSR2 (the local cloud ends environments with SIGKILL, which leaves no time to).
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
    // Under its name once it is whole.
    writeFileSync(`${name}.part`, JSON.stringify(profile));
    renameSync(`${name}.part`, `${name}.cpuprofile`);
  });
});
