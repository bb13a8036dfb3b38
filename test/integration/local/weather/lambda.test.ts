import { readFile } from 'node:fs/promises';
import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect } from 'vitest';
import { WeatherPlan } from '../../../../local/weather/plan.ts';
import { openBench, printed, QueueDriver, test, urlOf } from '../cloud/fixture.ts';
import { always } from './given-weather.ts';

/** R: runs, S: sleeps, T: stopped. */
const stateOf = async (pid = 0) => /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))?.[1];

describe.runIf(process.platform === 'linux')('environments in freezing weather', () => {
  test('are frozen between invocations, continue with the next one, and end with the cloud', async ({
    opened: bench,
  }) => {
    bench.declareFunction(
      bench.stack,
      'Worker',
      'let calls = 0; export const handler = async () => ({ calls: ++calls });',
    );
    const plan = always('lambda-freezes');
    const cloud = await bench.start({ weather: plan });
    const { logicalId = '' } = cloud.environments()[0] ?? {};
    const pid = () => cloud.environments()[0]?.environments[0]?.pid;

    expect(await cloud.invoke(logicalId, {})).toMatchObject({ payload: '{"calls":1}' });
    const first = pid();
    await expect.poll(() => stateOf(first)).toBe('T');
    expect(await cloud.invoke(logicalId, {})).toMatchObject({ payload: '{"calls":2}' });
    expect(pid()).toBe(first);
    await expect.poll(() => plan.counts().get('lambda-freezes')).toBe(2);
    await cloud.stop();
    expect(await stateOf(first)).toBeUndefined();
  });
});

describe('a mapping whose invocations are all busy', () => {
  /** For each message in the order of the handlers: the time from its receive to the start of its handler. */
  async function waitedMilliseconds(weather: WeatherPlan) {
    const bench = await openBench();
    const queue = new Queue(bench.stack, 'Lane', { visibilityTimeout: Duration.seconds(30) });
    const source = `export const handler = async ({ Records: [{ attributes }] }) => {
      console.log(JSON.stringify({ waited: Date.now() - Number(attributes.ApproximateFirstReceiveTimestamp) }));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    };`;
    const worker = bench.declareFunction(bench.stack, 'Worker', source, { timeout: Duration.seconds(5) });
    worker.addEventSource(new SqsEventSource(queue, { batchSize: 1, maxConcurrency: 2 }));
    const cloud = await bench.start({ weather });
    await new QueueDriver(cloud).send(await urlOf(cloud, 'Lane'), ['a', 'b', 'c']);
    const batches = () => printed<{ waited: number }>(bench, cloud, 'Worker');
    await expect.poll(batches).toHaveLength(3);
    return (await batches()).map(({ waited }) => waited);
  }

  test('collects the next batch in advance without weather, and leaves it in the queue with late batches', async () => {
    const [calm, late] = await Promise.all([
      waitedMilliseconds(new WeatherPlan({ seed: 1, kinds: [] })),
      waitedMilliseconds(always('lambda-late-batches')),
    ]);
    expect(calm[2]).toBeGreaterThan(1_000);
    expect(late[2]).toBeLessThan(1_000);
  });
});
