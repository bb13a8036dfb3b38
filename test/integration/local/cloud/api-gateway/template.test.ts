import {
  AuthorizationType,
  CfnUsagePlan,
  HttpIntegration,
  IdentitySource,
  MockIntegration,
  RequestAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { call, json, openApiBench } from './fixture.ts';

test('what the local cloud does not do for an API is a notice, and its methods stay closed', async () => {
  // Given a quota, an authorizer of requests, and an integration with a web server
  const bench = await openApiBench();
  const { stack, api } = bench;
  const plan = api.node.findChild('Plan').node.defaultChild;
  if (plan instanceof CfnUsagePlan) plan.quota = { limit: 10, period: 'DAY' };
  const handler = bench.declareFunction(stack, 'Asked', 'export const handler = () => ({});');
  const closed = api.root.addResource('closed');
  closed.addMethod('GET', new MockIntegration(), {
    authorizationType: AuthorizationType.CUSTOM,
    authorizer: new RequestAuthorizer(stack, 'Requests', {
      handler,
      identitySources: [IdentitySource.header('Authorization')],
    }),
  });
  closed.addMethod('POST', new HttpIntegration('https://example.com'));

  // When it starts
  const { cloud, url } = await bench.open();

  // Then each is a warning
  const warnings = cloud.notices.filter(({ severity }) => severity === 'warning');
  expect(warnings.map(({ subject, reason }) => `${subject}: ${reason}`).sort()).toEqual([
    'AWS::ApiGateway::Authorizer.Type: only tokens are authorized: the methods of another authorizer refuse every request',
    'AWS::ApiGateway::Method.Integration.Type: only Lambda proxies and mocks answer: other methods fail',
    'AWS::ApiGateway::UsagePlan.Quota: a usage plan has no quota here',
  ]);
  // And what has no authorizer or integration here does not let anybody pass
  const get = await call(url, 'GET', '/closed');
  expect([get.status, get.headers['x-amzn-errortype']]).toEqual([500, 'AuthorizerConfigurationException']);
  const post = await call(url, 'POST', '/closed');
  expect([post.status, json(post)]).toEqual([500, { message: 'Internal server error' }]);
});

test('the start fails for a template that would answer otherwise than on AWS', async () => {
  const bench = await openApiBench();
  const response = {
    statusCode: '200',
    responseTemplates: { 'application/json': '#set($a = 1) $a' },
  };
  const integration = new MockIntegration({ integrationResponses: [response] });
  bench.api.root.addResource('computed').addMethod('GET', integration, { methodResponses: [{ statusCode: '200' }] });

  await expect(bench.open()).rejects.toThrow(
    /^Bench\/Apicomputed\w+: #set in a mapping template is not implemented here$/,
  );
});

test('the start fails for a mock whose status or header its method does not declare', async () => {
  const bench = await openApiBench();
  const responseParameters = { 'method.response.header.X-A': "'a'" };
  const integration = new MockIntegration({ integrationResponses: [{ statusCode: '200', responseParameters }] });
  bench.api.root.addResource('undeclared').addMethod('GET', integration, { methodResponses: [{ statusCode: '200' }] });

  await expect(bench.open()).rejects.toThrow('MethodResponses does not have method.response.header.X-A');
});

test('the start fails for an authorizer whose function is in no stack', async () => {
  const bench = await openApiBench();
  const elsewhere = LambdaFunction.fromFunctionArn(
    bench.stack,
    'Elsewhere',
    'arn:aws:lambda:us-east-1:111122223333:function:keys',
  );
  const authorizer = bench.stack.node.findChild('Tokens').node.defaultChild;
  Object.assign(authorizer ?? {}, {
    authorizerUri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${elsewhere.functionArn}/invocations`,
  });

  await expect(bench.open()).rejects.toThrow('111122223333:function:keys/invocations is no function of these stacks');
});
