import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect } from 'vitest';
import { type Bench, QueueDriver, test, urlOf } from './fixture.ts';

/** A queue whose worker never ends by itself. */
function declareEndless(bench: Bench): void {
  const queue = new Queue(bench.stack, 'Lane', { visibilityTimeout: Duration.minutes(5) });
  const worker = bench.declareFunction(
    bench.stack,
    'Worker',
    'export const handler = () => new Promise((resolve) => setTimeout(resolve, 60_000));',
    { timeout: Duration.minutes(1), functionName: 'worker' },
  );
  worker.addEventSource(new SqsEventSource(queue, { batchSize: 1 }));
}

/** Process IDs of the engines and environments that belong to this bench: its directory is in their command line. */
async function processesOf(bench: Bench): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [command, environment] = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    if (command?.includes(bench.directory) || environment?.includes(bench.directory)) found.push(pid);
  }
  return found;
}

// The test finds processes in /proc.
const onLinux = test.skipIf(process.platform !== 'linux');

onLinux(
  'the stop of the cloud ends every environment, even one in the middle of an invocation',
  async ({ opened: bench }) => {
    declareEndless(bench);
    const cloud = await bench.start();
    await new QueueDriver(cloud).send(await urlOf(cloud, 'Lane'), ['endless']);
    await expect.poll(() => cloud.environments()[0]?.environments[0]?.busy).toBe(true);
    expect(await processesOf(bench)).toHaveLength(1);

    await cloud.stop();

    expect(await processesOf(bench)).toEqual([]);
    await expect(fetch(cloud.endpoints.sqs)).rejects.toThrow();
    await expect(fetch(cloud.endpoints.dynamodb)).rejects.toThrow();
    await expect(fetch(cloud.endpoints.lambda)).rejects.toThrow();
  },
);

onLinux(
  'engines and environments end with the process of the cloud, even if it is killed',
  async ({ opened: bench }) => {
    // Given a cloud in a process of its own, with an environment in the middle of an invocation
    declareEndless(bench);
    bench.app.synth();
    const parent = fork(new URL('./cloud-process.ts', import.meta.url), [bench.app.outdir, bench.directory], {
      execArgv: [],
    });
    const [started] = (await once(parent, 'message')) as [{ endpoints: string[] }];
    await expect.poll(async () => (await processesOf(bench)).length).toBeGreaterThanOrEqual(2);

    parent.kill('SIGKILL');
    await once(parent, 'exit');

    await expect.poll(() => processesOf(bench)).toEqual([]);
    for (const endpoint of started.endpoints) {
      await expect.poll(() => fetch(endpoint).catch(() => 'down')).toBe('down');
    }
  },
);
