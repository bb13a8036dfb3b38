import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Duration } from 'aws-cdk-lib';
import { AccessLogFormat, MockIntegration, ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { expect, onTestFinished, test } from 'vitest';
import { call, json, openApiBench, sharedApi, showing } from './fixture.ts';

const shared = sharedApi();

test('what Lambda fails with, API Gateway hides', async () => {
  // Given an API that waits for a second
  const bench = await openApiBench({ integrationTimeout: Duration.seconds(1) });
  const { cloud, url } = await bench.open();
  const outcome = async (order: unknown) => {
    const received = await call(url, 'POST', '/open/a', { body: JSON.stringify(order) });
    return `${received.status} ${json(received).message}`;
  };

  expect({
    throws: await outcome({ order: 'throw' }),
    ends: await outcome({ order: 'exit' }),
    hangs: await outcome({ order: 'hang' }),
    tooLong: await outcome({ answer: { statusCode: 200, body: 'x'.repeat(50) }, padding: 'é'.repeat(3_200_000) }),
  }).toEqual({
    throws: '502 Internal server error',
    ends: '502 Internal server error',
    hangs: '504 Endpoint request timed out',
    tooLong: '413 Request Too Long',
  });
  // And the metrics have them
  const dimensions = { ApiName: 'links', Stage: 'live' };
  const sum = (name: string) => cloud.metrics.sum('AWS/ApiGateway', name, dimensions);
  expect([sum('Count'), sum('4XXError'), sum('5XXError')]).toEqual([4, 1, 3]);
  expect(cloud.metrics.count('AWS/ApiGateway', 'IntegrationLatency', { ApiName: 'links' })).toBe(4);
  expect(cloud.metrics.maximum('AWS/ApiGateway', 'Latency', dimensions)).toBeGreaterThanOrEqual(1_000);
});

test('a throttled function is a 500', async () => {
  const bench = await openApiBench();
  const throttled = bench.stack.node.findChild('Worker').node.defaultChild;
  Object.assign(throttled ?? {}, { reservedConcurrentExecutions: 0 });
  const { url } = await bench.open();

  const received = await call(url, 'GET', '/open/a');
  expect([received.status, json(received)]).toEqual([500, { message: 'Internal server error' }]);
});

test('an answer has the form of a Lambda proxy integration, or it is a 502', async () => {
  const { url } = shared;
  const status = async (answer: unknown) =>
    (await call(url, 'POST', '/open/a', { body: JSON.stringify({ answer }) })).status;

  expect({
    empty: await status({}),
    'text status': await status({ statusCode: '201' }),
    'no content': await status({ statusCode: 204, body: 'x' }),
    null: await status(null),
    text: await status('fine'),
    'another field': await status({ statusCode: 200, status: 1 }),
    'object as body': await status({ statusCode: 200, body: {} }),
    'number as header': await status({ statusCode: 200, headers: { 'Retry-After': 1 } }),
    'status 99': await status({ statusCode: 99 }),
    'status 101': await status({ statusCode: 101 }),
    'line break in a header': await status({ statusCode: 200, headers: { 'X-A': 'a\r\nSet-Cookie: b' } }),
    chunks: await status({ statusCode: 200, headers: { 'Transfer-Encoding': 'chunked' } }),
  }).toEqual({
    empty: 200,
    'text status': 201,
    'no content': 204,
    null: 502,
    text: 502,
    'another field': 502,
    'object as body': 502,
    'number as header': 502,
    'status 99': 502,
    'status 101': 502,
    'line break in a header': 502,
    chunks: 502,
  });
  // And headers of the connection get another name
  const answer = {
    statusCode: 401,
    headers: { 'WWW-Authenticate': 'Bearer', 'Content-Length': '1', 'X-One': 'a', 'X-Two': true },
    multiValueHeaders: { 'x-one': ['b', 'c'] },
    body: 'é',
  };
  const received = await call(url, 'POST', '/open/a', { body: JSON.stringify({ answer }) });
  expect([received.status, received.body.toString()]).toEqual([401, 'é']);
  expect(received.headers).toMatchObject({
    'content-type': 'application/json',
    'content-length': '2',
    'x-amzn-remapped-www-authenticate': 'Bearer',
    'x-amzn-remapped-content-length': '1',
    'x-one': 'b, c',
    'x-two': 'true',
    'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'x-amzn-trace-id': expect.stringMatching(/^Root=/),
  });
});

test('gateway responses of the template replace those of API Gateway, with their variables', async () => {
  // Given one for a type, and one for all other errors of clients
  const bench = await openApiBench();
  showing(bench.api, ResponseType.MISSING_AUTHENTICATION_TOKEN, '404');
  bench.api.addGatewayResponse('Others', {
    type: ResponseType.DEFAULT_4XX,
    responseHeaders: { 'X-Type': 'context.error.responseType' },
    templates: { 'application/json': '{"message":"$context.error.message","missing":"$context.nothing"}' },
  });
  const { url } = await bench.open();

  const unknown = await call(url, 'GET', '/nowhere');
  expect(unknown.status).toBe(404);
  expect(unknown.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'retry-after': '1',
    'x-amzn-errortype': 'MissingAuthenticationTokenException',
  });
  expect(json(unknown)).toEqual({
    type: `http://${new URL(url).host}/live/problems#name`,
    detail: 'Missing Authentication Token',
    instance: unknown.headers['x-amzn-requestid'],
  });
  const unauthorized = await call(url, 'GET', '/v1/a');
  expect(unauthorized.status).toBe(401);
  expect(unauthorized.headers).toMatchObject({ 'x-type': 'UNAUTHORIZED', 'content-type': 'application/json' });
  expect(json(unauthorized)).toEqual({ message: 'Unauthorized', missing: '' });
});

test('a mock answers from its templates', async () => {
  const { url } = shared;

  const page = await call(url, 'GET', '/page');
  expect([page.status, page.body.toString()]).toEqual([200, '<h1>Stage live</h1>']);
  expect(page.headers).toMatchObject({ 'content-type': 'text/html', 'cache-control': 'max-age=300' });
  const typed = await call(url, 'GET', '/page', { headers: [['Content-Type', 'text/csv']] });
  expect([typed.status, json(typed)]).toEqual([415, { message: 'Unsupported Media Type' }]);
});

test('if all media types are binary, bodies are base64, and a mock needs text', async () => {
  // Given such an API, with a second mock that does not convert
  const bench = await openApiBench({ binaryMediaTypes: ['*/*'] });
  const raw = new MockIntegration({
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    integrationResponses: [{ statusCode: '200' }],
  });
  bench.api.root.addResource('raw').addMethod('GET', raw, { methodResponses: [{ statusCode: '200' }] });
  const { url } = await bench.open();

  const echoed = json(await call(url, 'POST', '/open/a', { body: 'not JSON' }));
  expect([echoed.body, echoed.isBase64Encoded]).toEqual([Buffer.from('not JSON').toString('base64'), true]);
  expect((await call(url, 'GET', '/page')).status).toBe(200);
  expect((await call(url, 'GET', '/raw')).status).toBe(500);
});

test('a stage logs each request, and what a client sends stays in its place', async () => {
  const logGroupName = '/links/access';
  const bench = await openApiBench({
    deployOptions: {
      stageName: 'live',
      accessLogDestination: {
        bind: () => ({ destinationArn: `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}:*` }),
      },
      accessLogFormat: AccessLogFormat.custom(
        '{"requestId":"$context.requestId","status":$context.status,"path":"$context.resourcePath",' +
          '"agent":"$context.identity.userAgent","user":"$context.identity.user","error":"$context.error.message"}',
      ),
    },
  });
  const { cloud, url } = await bench.open();

  const first = await call(url, 'GET', '/open/a', { headers: [['User-Agent', 'a","status":0,"b":"\\']] });
  const second = await call(url, 'GET', '/nowhere');

  const client = new CloudWatchLogsClient(cloud.clientConfig('cloudWatchLogs'));
  onTestFinished(() => client.destroy());
  const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName }));
  expect(events.map(({ message = '' }) => JSON.parse(message))).toEqual([
    {
      requestId: first.headers['x-amzn-requestid'],
      status: 200,
      path: '/open/{proxy+}',
      agent: 'a","status":0,"b":"\\',
      user: '-',
      error: '-',
    },
    {
      requestId: second.headers['x-amzn-requestid'],
      status: 403,
      path: '-',
      agent: '-',
      user: '-',
      error: 'Missing Authentication Token',
    },
  ]);
  const file = path.join(bench.directory, 'work/logs/access-log-links-access.log');
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3);
});
