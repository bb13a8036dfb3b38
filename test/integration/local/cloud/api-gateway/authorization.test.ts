import { ResponseType } from 'aws-cdk-lib/aws-apigateway';
import { AnyPrincipal, ArnPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { everything, sessionOf, userOf } from '../../../../../local/cloud/access/caller.ts';
import { SimulatedClock } from '../../../../../local/cloud/cloud.ts';
import { bearer, call, json, openApiBench, sharedApi, showing } from './fixture.ts';

const shared = sharedApi();

const signedBy = (key: string): [string, string] => [
  'Authorization',
  `AWS4-HMAC-SHA256 Credential=${key}/20261127/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=00`,
];

test('an authorizer admits a token, and its answer reaches the function as texts', async () => {
  const { cloud, url } = shared;

  const event = json(await call(url, 'GET', '/v1/links/a', { headers: [bearer('good-0001')] }));

  const arn = `arn:aws:execute-api:us-east-1:000000000000:${cloud.httpApis[0]?.id}/live/GET/v1/links/a`;
  expect(event.requestContext.authorizer).toEqual({
    principalId: 'crm',
    source: 'crm',
    calls: expect.stringMatching(/^\d+$/),
    type: 'TOKEN',
    methodArn: arn,
    internal: 'true',
  });
  expect(event.requestContext.identity).toMatchObject({ apiKey: 'usage-of-crm-0123456789' });
});

test('each refusal of an authorizer has the answer of API Gateway', async () => {
  const { cloud, url } = shared;
  const answers: Record<string, string> = {};
  for (const word of ['unknown', 'deny', 'narrow', 'keyless', 'crash', 'odd', 'broken']) {
    const token = `${word}-0001`;
    const received = await call(url, 'GET', '/v1/links', { headers: [bearer(token)] });
    answers[token] = `${received.status} ${received.headers['x-amzn-errortype']} ${json(received).message}`;
  }

  expect(answers).toEqual({
    'unknown-0001': '401 UnauthorizedException Unauthorized',
    'deny-0001': '403 AccessDeniedException User is not authorized to access this resource with an explicit deny',
    'narrow-0001': '403 AccessDeniedException User is not authorized to access this resource',
    'keyless-0001': '403 ForbiddenException Forbidden',
    'crash-0001': '500 AuthorizerFailureException null',
    'odd-0001': '500 AuthorizerConfigurationException null',
    'broken-0001': '500 AuthorizerConfigurationException null',
  });
  expect((await call(url, 'GET', '/v1/reports', { headers: [bearer('narrow-0001')] })).status).toBe(200);
  // And no token in another form reaches the authorizer
  const before = cloud.metrics.sum('AWS/Lambda', 'Invocations', { FunctionName: 'keys' });
  const forms: [string, string][][] = [[], [['Authorization', '']], [bearer('good-00011')], [['authorization', 'x']]];
  for (const headers of forms) expect((await call(url, 'GET', '/v1/links', { headers })).status).toBe(401);
  expect(cloud.metrics.sum('AWS/Lambda', 'Invocations', { FunctionName: 'keys' })).toBe(before);
});

test('an answer of an authorizer counts for its time, on every path', async () => {
  const bench = await openApiBench();
  const clock = new SimulatedClock();
  const { url } = await bench.open({ clock });
  const calls = async (token: string, path: string) =>
    json(await call(url, 'GET', path, { headers: [bearer(token)] })).requestContext.authorizer.calls;

  expect(await calls('good-0001', '/v1/a')).toBe('1');
  await clock.advance(19_000);
  expect(await calls('good-0001', '/v1/b')).toBe('1');
  expect(await calls('good-0002', '/v1/a')).toBe('2');
  await clock.advance(2_000);
  expect(await calls('good-0001', '/v1/a')).toBe('3');
});

test('a usage plan throttles like a bucket of tokens', async () => {
  // Given a plan of two requests a second, and three at once
  const bench = await openApiBench({ rateLimit: 2, burstLimit: 3 });
  showing(bench.api, ResponseType.THROTTLED, '429');
  const clock = { at: Date.parse('2026-11-27T12:00:00Z'), now: () => clock.at };
  const { url } = await bench.open({ clock });
  const statuses = async (count: number) => {
    const received = [];
    for (let each = 0; each < count; each++) {
      received.push((await call(url, 'GET', '/v1/a', { headers: [bearer('good-0001')] })).status);
    }
    return received;
  };

  expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  clock.at += 500;
  expect(await statuses(2)).toEqual([200, 429]);
  clock.at += 60_000;
  expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  const refused = await call(url, 'GET', '/v1/a', { headers: [bearer('good-0001')] });
  expect(refused.headers).toMatchObject({ 'retry-after': '1', 'content-type': 'application/problem+json' });
  expect(json(refused).detail).toBe('Too Many Requests');
});

test('with IAM, the policies of the signer and of the API decide', async () => {
  // Given a policy that names a role of this account, and two of another
  const own = 'arn:aws:iam::000000000000:role/crm';
  const other = 'arn:aws:iam::111122223333:role/teams/studio';
  const guest = 'arn:aws:iam::111122223333:role/teams/guest';
  const bench = await openApiBench({
    policy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          principals: [own, other, guest].map((arn) => new ArnPrincipal(arn)),
          actions: ['execute-api:Invoke'],
          resources: ['execute-api:/live/*/iam/links/*'],
        }),
        new PolicyStatement({
          principals: [new AnyPrincipal()],
          actions: ['execute-api:Invoke'],
          resources: ['execute-api:/live/GET/page'],
        }),
        new PolicyStatement({
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: ['execute-api:Invoke'],
          resources: ['execute-api:/live/*/v1/secret'],
        }),
      ],
    }),
  });
  const { cloud, url } = await bench.open({
    callers: {
      crm: sessionOf(own, 'sender', [], 'AROACRM'),
      studio: sessionOf(other, 'sender', [everything]),
      'other-guest': sessionOf(guest, 'sender', []),
      'account-admin': userOf('arn:aws:iam::000000000000:user/kim', [everything]),
      'account-guest': userOf('arn:aws:iam::000000000000:user/guest', []),
    },
  });
  const status = async (key: string, path: string) =>
    (await call(url, 'POST', path, { headers: [signedBy(key)] })).status;

  // When each of them calls, then a role of this account needs one policy, and the other's needs both
  const statuses: Record<string, number[]> = {};
  for (const key of ['crm', 'studio', 'other-guest', 'account-admin', 'account-guest', 'anybody']) {
    statuses[key] = [await status(key, '/iam/links/a'), await status(key, '/iam/reports')];
  }
  expect(statuses).toEqual({
    crm: [200, 403],
    studio: [200, 403],
    'other-guest': [403, 403],
    'account-admin': [200, 200],
    'account-guest': [403, 403],
    // The operator
    anybody: [200, 200],
  });
  // And the function knows the signer
  const event = json(await call(url, 'GET', '/iam/links/a', { headers: [signedBy('crm')] }));
  expect(event.requestContext.identity).toMatchObject({
    accountId: '000000000000',
    accessKey: 'crm',
    caller: 'AROACRM:sender',
    user: 'AROACRM:sender',
    userArn: 'arn:aws:sts::000000000000:assumed-role/crm/sender',
  });
  // And a URL may have the signature
  const presigned = '/iam/links/a?X-Amz-Credential=crm%2F20261127%2Fus-east-1%2Fexecute-api%2Faws4_request';
  expect(json(await call(url, 'GET', presigned)).requestContext.identity.accessKey).toBe('crm');
  // And a request without a signature, or with another header, is refused
  const unsigned = await call(url, 'GET', '/iam/links/a');
  expect([unsigned.status, json(unsigned)]).toEqual([403, { message: 'Missing Authentication Token' }]);
  const otherwise = await call(url, 'GET', '/iam/links/a', { headers: [bearer('good-0001')] });
  expect([otherwise.status, otherwise.headers['x-amzn-errortype']]).toEqual([403, 'IncompleteSignatureException']);
  // And without authorization the policy must allow; before an authorizer it need only not deny
  expect((await call(url, 'GET', '/page')).status).toBe(200);
  expect((await call(url, 'GET', '/open/a')).status).toBe(403);
  expect((await call(url, 'GET', '/v1/a', { headers: [bearer('good-0001')] })).status).toBe(200);
  const asked = cloud.metrics.sum('AWS/Lambda', 'Invocations', { FunctionName: 'keys' });
  expect((await call(url, 'GET', '/v1/secret', { headers: [bearer('good-0002')] })).status).toBe(403);
  expect(cloud.metrics.sum('AWS/Lambda', 'Invocations', { FunctionName: 'keys' })).toBe(asked);
});

test('without a permission for API Gateway, neither function nor authorizer is invoked', async () => {
  const bench = await openApiBench();
  for (const one of bench.stack.node.findAll()) {
    if (one instanceof CfnPermission) one.node.scope?.node.tryRemoveChild(one.node.id);
  }
  const { url } = await bench.open();

  const open = await call(url, 'GET', '/open/a');
  expect([open.status, json(open)]).toEqual([500, { message: 'Internal server error' }]);
  expect((await call(url, 'GET', '/v1/a', { headers: [bearer('good-0001')] })).headers['x-amzn-errortype']).toBe(
    'AuthorizerConfigurationException',
  );
});
