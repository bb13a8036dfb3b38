import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect } from 'vitest';
import type { InvocationResult } from '../../../../local/cloud/lambda/function.ts';
import { QueueDriver, test, urlOf } from './fixture.ts';

/** Obeys its event. */
const obedient = `
let calls = 0;
export const handler = async (event, context) => {
  const { body: order, ...record } = event.Records?.[0] ?? event;
  if (order === 'throw') throw new RangeError('out of range');
  if (order === 'exit') process.exit(3);
  if (order === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (order === 'spin') for (;;);
  if (order === 'environment') return { ...process.env };
  if (order === 'context') return { ...context, remaining: context.getRemainingTimeInMillis() };
  return { calls: ++calls, receives: record.attributes?.ApproximateReceiveCount };
};`;

describe('a function', () => {
  test('answers, throws, exits or times out as on Lambda, and runs the next invocation', async ({ opened: bench }) => {
    bench.declareFunction(bench.stack, 'Worker', obedient, { timeout: Duration.seconds(1) });
    const cloud = await bench.start();
    const [state] = cloud.environments();
    const invoke = (body: string) => cloud.invoke(state?.logicalId ?? '', { body });

    expect(await invoke('count')).toMatchObject({ outcome: 'succeeded', payload: '{"calls":1}' });

    const thrown = await invoke('throw');
    expect(thrown).toMatchObject({ outcome: 'failed', errorType: 'RangeError', errorMessage: 'out of range' });
    expect(JSON.parse(thrown.payload).stackTrace[0]).toBe('RangeError: out of range');
    // The environment survives an error, and its memory with it.
    expect(await invoke('count')).toMatchObject({ payload: '{"calls":2}' });

    expect(await invoke('exit')).toMatchObject({
      outcome: 'failed',
      errorType: 'Runtime.ExitError',
      errorMessage: 'Runtime exited with error: exit status 3',
    });
    for (const order of ['hang', 'spin']) {
      const timedOut = await invoke(order);
      expect(timedOut).toMatchObject({
        outcome: 'failed',
        errorType: 'Sandbox.Timedout',
        errorMessage: 'Task timed out after 1.00 seconds',
      });
      expect(timedOut.durationMilliseconds).toBeGreaterThanOrEqual(1_000);
    }
    expect(await invoke('count')).toMatchObject({ payload: '{"calls":1}' });

    expect(cloud.environments()[0]).toMatchObject({ invocations: 7, started: 4, killed: 3 });
    const dimensions = { FunctionName: state?.function ?? '' };
    expect(cloud.metrics.sum('AWS/Lambda', 'Errors', dimensions)).toBe(4);
    expect(cloud.metrics.sum('AWS/Lambda', 'Invocations', dimensions)).toBe(7);
  });

  test('has its own variables and those of Lambda, and nothing else of this machine', async ({ opened: bench }) => {
    bench.declareFunction(bench.stack, 'Worker', obedient, {
      functionName: 'worker',
      environment: { API_BASE_URL: 'https://api.example', LANE: 'campaign' },
    });
    const cloud = await bench.start({
      environmentOverrides: { API_BASE_URL: 'http://127.0.0.1:1', NOT_IN_THE_TEMPLATE: 'x' },
    });

    const { payload } = await cloud.invoke('worker', { body: 'environment' });

    const variables = JSON.parse(payload);
    expect(variables).toMatchObject({
      API_BASE_URL: 'http://127.0.0.1:1',
      LANE: 'campaign',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'worker',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/worker',
      AWS_ENDPOINT_URL_DYNAMODB: cloud.endpoints.dynamodb,
      _HANDLER: 'index.handler',
      _X_AMZN_TRACE_ID: expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};/),
    });
    expect(variables).not.toHaveProperty('NOT_IN_THE_TEMPLATE');
    expect(variables).not.toHaveProperty('HOME');

    const context = JSON.parse((await cloud.invoke('worker', { body: 'context' })).payload);
    expect(context).toMatchObject({
      functionName: 'worker',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:worker',
      memoryLimitInMB: '256',
    });
    expect(context.remaining).toBeGreaterThan(2_000);
    expect(context.remaining).toBeLessThanOrEqual(3_000);
  });

  test('fails each invocation with the reason if it cannot be loaded', async ({ opened: bench }) => {
    bench.declareFunction(bench.stack, 'Worker', `throw new TypeError('no such module');`, { functionName: 'worker' });
    const cloud = await bench.start();

    expect(await cloud.invoke('worker', {})).toMatchObject({
      outcome: 'failed',
      errorType: 'TypeError',
      errorMessage: 'no such module',
    });
  });

  test("is invoked over Lambda's API, which throttles above the reserved concurrency", async ({ opened: bench }) => {
    bench.declareFunction(bench.stack, 'Worker', obedient, {
      functionName: 'worker',
      reservedConcurrentExecutions: 1,
      timeout: Duration.seconds(2),
    });
    const cloud = await bench.start();
    const invoke = (body: string) =>
      fetch(`${cloud.endpoints.lambda}/2015-03-31/functions/worker/invocations`, {
        method: 'POST',
        body: JSON.stringify({ body }),
      });

    expect(await (await invoke('count')).json()).toEqual({ calls: 1 });

    const hanging = invoke('hang');
    await expect.poll(() => cloud.environments()[0]?.environments[0]?.busy).toBe(true);
    const refused = await invoke('count');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-amzn-errortype')).toBe('TooManyRequestsException');

    const timedOut = await hanging;
    expect(timedOut.status).toBe(200);
    expect(timedOut.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(await timedOut.json()).toMatchObject({ errorType: 'Sandbox.Timedout' });

    const unknown = await fetch(`${cloud.endpoints.lambda}/2015-03-31/functions/nobody/configuration`);
    expect([unknown.status, unknown.headers.get('x-amzn-errortype')]).toEqual([404, 'ResourceNotFoundException']);
  });

  test('ends an environment that is idle for too long', async ({ opened: bench }) => {
    bench.declareFunction(bench.stack, 'Worker', obedient, { functionName: 'worker' });
    const cloud = await bench.start({ environmentIdleSeconds: 0.5 });

    await cloud.invoke('worker', {});
    await expect.poll(() => cloud.environments()[0]?.environments.length).toBe(0);

    expect((await cloud.invoke('worker', {})).payload).toBe('{"calls":1}');
    expect(cloud.environments()[0]).toMatchObject({ invocations: 2, started: 2, killed: 0 });
  });
});

describe('a mapping whose function fails', () => {
  const orders = ['throw', 'exit', 'hang'];
  test.for(orders)('%s: the message returns, and finally is a dead letter', async (order, { opened: bench }) => {
    const deadLetters = new Queue(bench.stack, 'DeadLetters');
    const queue = new Queue(bench.stack, 'Lane', {
      visibilityTimeout: Duration.seconds(1),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 2 },
    });
    const worker = bench.declareFunction(bench.stack, 'Worker', obedient, { timeout: Duration.seconds(1) });
    worker.addEventSource(new SqsEventSource(queue, { batchSize: 1 }));
    const cloud = await bench.start();
    const failures: InvocationResult[] = [];
    cloud.on('invocation', (invocation) => failures.push(invocation));
    const sqs = new QueueDriver(cloud);

    await sqs.send(await urlOf(cloud, 'Lane'), [order]);

    const deadLetter = async () => (await sqs.receive(await urlOf(cloud, 'DeadLetters'), 1))[0]?.Body;
    await expect.poll(deadLetter).toBe(order);
    await expect.poll(() => failures.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  });

  test('delivers the batch to another environment if its environment is killed', async ({ opened: bench }) => {
    const queue = new Queue(bench.stack, 'Lane', { visibilityTimeout: Duration.seconds(2) });
    const worker = bench.declareFunction(
      bench.stack,
      'Worker',
      `export const handler = async ({ Records: [record] }) => {
         if (record.attributes.ApproximateReceiveCount === '1') await new Promise((resolve) => setTimeout(resolve, 60_000));
       };`,
      { timeout: Duration.seconds(60) },
    );
    worker.addEventSource(new SqsEventSource(queue, { batchSize: 10 }));
    const cloud = await bench.start();
    const sqs = new QueueDriver(cloud);
    const lane = await urlOf(cloud, 'Lane');

    await sqs.send(lane, ['work']);
    await expect.poll(() => cloud.environments()[0]?.environments[0]?.busy).toBe(true);
    const killed = cloud.killEnvironment(() => 0);
    await expect.poll(() => sqs.depth(lane)).toBe(0);

    expect(killed).toMatchObject({ function: cloud.environments()[0]?.function, busy: true });
    expect(cloud.environments()[0]).toMatchObject({ invocations: 2, started: 2, killed: 1 });
  });
});
