import { expect, test } from 'vitest';
import { call, json, openApiBench, sharedApi } from './fixture.ts';

const shared = sharedApi({ clock: { now: () => Date.parse('2026-11-27T21:45:09.500Z') } });

test('a function behind an API gets the event of a Lambda proxy integration', async () => {
  const { cloud, url } = shared;
  const host = new URL(url).host;

  // When a client calls
  const event = json(
    await call(url, 'PUT', '/open/a%2Fb/%63?one=1&one=%C3%A9+x&__proto__=2', {
      headers: [
        ['X-Tag', 'first'],
        ['x-tag', 'second'],
        ['User-Agent', 'tests/1'],
        ['X-Forwarded-For', '203.0.113.7'],
        ['Content-Type', 'application/json'],
      ],
      body: '{"name":"é"}',
    }),
  );

  // Then path and path parameters are as they were sent, and query parameters are decoded
  expect(event).toMatchObject({
    resource: '/open/{proxy+}',
    path: '/open/a%2Fb/%63',
    httpMethod: 'PUT',
    queryStringParameters: { one: 'é x' },
    multiValueQueryStringParameters: { one: ['1', 'é x'] },
    pathParameters: { proxy: 'a%2Fb/%63' },
    stageVariables: null,
    body: '{"name":"é"}',
    isBase64Encoded: false,
  });
  expect(Object.keys(event.queryStringParameters)).toEqual(['one', '__proto__']);
  // And it has the client's headers as they were sent, with those of API Gateway
  expect(event.headers).toEqual({
    Host: host,
    'X-Tag': 'second',
    'User-Agent': 'tests/1',
    'Content-Type': 'application/json',
    'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-6b09f9e5-[0-9a-f]{24}$/),
    'X-Forwarded-For': '203.0.113.7, 127.0.0.1',
    'X-Forwarded-Port': host.split(':')[1],
    'X-Forwarded-Proto': 'http',
  });
  expect(event.multiValueHeaders).toMatchObject({ Host: [host], 'X-Tag': ['first', 'second'] });
  // And the context names the request
  expect(event.requestContext).toEqual({
    accountId: '000000000000',
    apiId: cloud.httpApis[0]?.id,
    deploymentId: expect.stringMatching(/^[0-9a-f]{6}$/),
    domainName: host,
    domainPrefix: cloud.httpApis[0]?.id,
    extendedRequestId: expect.stringMatching(/=$/),
    httpMethod: 'PUT',
    identity: {
      accessKey: null,
      accountId: null,
      caller: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: '127.0.0.1',
      user: null,
      userAgent: 'tests/1',
      userArn: null,
    },
    path: '/live/open/a%2Fb/%63',
    protocol: 'HTTP/1.1',
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    requestTime: '27/Nov/2026:21:45:09 +0000',
    requestTimeEpoch: 1_795_815_909_500,
    resourceId: expect.stringMatching(/^[0-9a-f]{6}$/),
    resourcePath: '/open/{proxy+}',
    stage: 'live',
  });
});

test('the most specific resource answers, and slashes at the end of a path do not count', async () => {
  const { url } = shared;
  const place = async (path: string) => {
    const received = await call(url, 'GET', path);
    if (received.status !== 200) return `${received.status} ${json(received).message}`;
    const { resource, pathParameters } = json(received);
    return `${resource} ${JSON.stringify(pathParameters)}`;
  };

  expect({
    '/open/links/a': await place('/open/links/a'),
    '/open/links/a/': await place('/open/links/a/'),
    '/open/links/a/qr': await place('/open/links/a/qr'),
    '/open/links': await place('/open/links'),
    '/open/a/../b': await place('/open/a/../b'),
    '/open//a': await place('/open//a'),
    '//open/a': await place('//open/a'),
    '/open/%00': await place('/open/%00'),
  }).toEqual({
    '/open/links/a': '/open/links/{id} {"id":"a"}',
    '/open/links/a/': '/open/links/{id} {"id":"a"}',
    '/open/links/a/qr': '/open/{proxy+} {"proxy":"links/a/qr"}',
    '/open/links': '/open/{proxy+} {"proxy":"links"}',
    '/open/a/../b': '/open/{proxy+} {"proxy":"a/../b"}',
    '/open//a': '/open/{proxy+} {"proxy":"/a"}',
    '//open/a': '/open/{proxy+} {"proxy":"a"}',
    '/open/%00': '/open/{proxy+} {"proxy":"%00"}',
  });
  // And what the API does not have gets API Gateway's answer
  const missing = '403 Missing Authentication Token';
  expect({
    '/': await place('/'),
    '/open': await place('/open'),
    '/open/': await place('/open/'),
    '/OPEN/a': await place('/OPEN/a'),
    '/open/%zz': await place('/open/%zz'),
  }).toEqual({
    '/': missing,
    '/open': missing,
    '/open/': missing,
    '/OPEN/a': missing,
    '/open/%zz': '400 Bad Request',
  });
  const elsewhere = await call(url.replace(/live$/, 'test'), 'GET', '/open/a');
  expect([elsewhere.status, json(elsewhere)]).toEqual([403, { message: 'Forbidden' }]);
  expect((await call(url, 'DELETE', '/page')).status).toBe(403);
  expect((await call(url, 'PROPFIND', '/open/a')).status).toBe(403);
});

test('bodies are text, or base64 for the binary media types of the API', async () => {
  const { url } = shared;
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]);

  const binary = await call(url, 'POST', '/open/a', { headers: [['Content-Type', 'Image/PNG; q=1']], body: bytes });
  const empty = await call(url, 'POST', '/open/a', { headers: [['Content-Type', 'image/png']] });
  expect(json(binary)).toMatchObject({ body: 'iVBOR/8=', isBase64Encoded: true });
  expect(json(empty)).toMatchObject({ body: null, isBase64Encoded: false });

  // When the function answers in base64, the first Accept decides whether the client gets bytes
  const answer = {
    statusCode: 200,
    headers: { 'Content-Type': 'image/png' },
    body: 'iVBOR/8=',
    isBase64Encoded: true,
  };
  const accepting = (accept: string) =>
    call(url, 'POST', '/open/a', { headers: [['Accept', accept]], body: JSON.stringify({ answer }) });
  expect((await accepting('image/png, */*')).body).toEqual(bytes);
  expect((await accepting('*/*')).body.toString()).toBe('iVBOR/8=');
  const broken = await call(url, 'POST', '/open/a', {
    headers: [['Accept', 'image/png']],
    body: JSON.stringify({ answer: { ...answer, body: '<>' } }),
  });
  expect([broken.status, json(broken)]).toEqual([500, { message: 'Internal server error' }]);
});

test('HEAD has the headers of an answer without its body, and OPTIONS reaches the function', async () => {
  const { url } = shared;

  const head = await call(url, 'HEAD', '/open/a');
  expect([head.status, head.body.length]).toEqual([200, 0]);
  expect(Number(head.headers['content-length'])).toBeGreaterThan(100);
  expect(json(await call(url, 'OPTIONS', '/open/a')).httpMethod).toBe('OPTIONS');
});

test('outputs and variables of the template name the API by its address here', async () => {
  // Given a function with the address of the API, which the stack has as an output of the CDK
  const bench = await openApiBench();
  bench.declareFunction(bench.stack, 'Printer', 'export const handler = () => process.env.API_URL;', {
    functionName: 'printer',
    environment: { API_URL: bench.api.url },
  });

  // When it starts
  const { cloud, url } = await bench.open();

  // Then both can be called
  const [output] = Object.values(cloud.outputs.Bench ?? {});
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/live$/);
  expect(output).toBe(`${url}/`);
  expect((await cloud.invoke('printer', {})).payload).toBe(JSON.stringify(`${url}/`));
  expect((await fetch(`${output}open/a`)).status).toBe(200);
  expect(cloud.httpApis).toEqual([{ logicalId: 'ApiF70053CD', id: expect.any(String), stage: 'live', url }]);
});
