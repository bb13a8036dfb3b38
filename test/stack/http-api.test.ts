import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { problemTypes } from '../../lambdas/domain/http/problems.ts';
import { httpApiEnvironment } from '../../lambdas/http-api/env.ts';
import { httpAuthorizerEnvironment } from '../../lambdas/http-authorizer/env.ts';
import { httpRulesOf } from '../../lib/config/http-rules.ts';
import { gatewayAnswers } from '../../lib/constructs/http-gateway-responses.ts';
import { problemsPage } from '../../lib/constructs/http-problems-page.ts';
import { configuredApp } from './configured-app.ts';
import { appWithoutHttp, propertiesOf, withProducers } from './http-world.ts';
import { named, settings } from './shipped-pipeline.ts';

const { template, stateTemplate } = configuredApp();
const methods = propertiesOf(template, 'AWS::ApiGateway::Method');
const functions = named('AWS::Lambda::Function', template);
/** What the deployment knows of queues, roles and secrets. */
const resolved = (value: unknown): string => {
  const parts: unknown[] = Reflect.get(Object(value), 'Fn::Join')?.[1] ?? [value];
  return parts.map((part) => (typeof part === 'string' ? part : 'https://resolved.example')).join('');
};
const environmentOf = (id: string) =>
  Object.fromEntries(
    Object.entries(functions[id]?.Properties.Environment.Variables ?? {}).map(([name, value]) => [
      name,
      resolved(value),
    ]),
  );

describe('without a producer that uses it, the HTTP API', () => {
  const without = appWithoutHttp();

  test('adds no resource, output or permission, to neither stack', () => {
    const text = JSON.stringify([without.template.toJSON(), without.stateTemplate.toJSON()]);
    expect(text).not.toMatch(/http-?(api|keys|authorizer)/i);
    expect(text).not.toMatch(/apigateway|execute-api/i);
    expect(Object.keys(without.template.findOutputs('*')).filter((name) => name.startsWith('Http'))).toEqual([]);
  });

  test('is all that the sample’s templates have more', () => {
    const added = (mine: Template, others: Template) => {
      const known = others.toJSON();
      const all = Object.entries(mine.toJSON()).flatMap(([section, parts]) =>
        Object.entries(parts as Record<string, unknown>).map(([id, part]) => ({ section, id, part })),
      );
      const fresh = all.filter(({ section, id }) => known[section]?.[id] === undefined).map(({ id }) => id);
      const changed = all
        .filter(({ section, id, part }) => {
          const before = known[section]?.[id];
          return before !== undefined && JSON.stringify(before) !== JSON.stringify(part);
        })
        .map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''));
      return {
        others: fresh.filter((id) => !/^(Pipeline|ExportsOutputRef)?(Alarms|Runbook)?[Hh]ttp/.test(id)),
        changed,
      };
    };
    expect(added(template, without.template)).toEqual({
      others: [],
      changed: [
        // Each believes the HTTP API's role as a sender that vouches.
        'PipelineTransactionalLinkWorkerFunction',
        'PipelineCampaignLinkWorkerFunction',
        // It makes, rotates and revokes keys.
        'PipelineOperationsWorkerRole',
        'PipelineOperationsWorkerFunction',
        // Support reads the logs of more functions. An operator sees which keys exist.
        'SupportPolicy2',
        'OperatorPolicy',
        // The runbook reads when the HTTP API's function was changed.
        'OnCallPolicy',
        'PipelineDashboard',
        // CloudFormation makes them after others, and these are fewer without the HTTP API.
        'PipelineRunbookauditfailing',
        'PipelineRunbookactsrefused',
        'VouchingRoleIds',
      ],
    });
    expect(added(stateTemplate, without.stateTemplate)).toEqual({ others: [], changed: [] });
  });
});

describe('the API', () => {
  test('is regional, and takes the usage identifier from the authorizer', () => {
    const [api, ...others] = propertiesOf(template, 'AWS::ApiGateway::RestApi');
    expect(others).toEqual([]);
    expect(api).toMatchObject({
      Name: 'OneLink-production-http',
      EndpointConfiguration: { Types: ['REGIONAL'] },
      ApiKeySourceType: 'AUTHORIZER',
      // curl and browsers send `Accept: */*`, and must get the bytes of an image.
      BinaryMediaTypes: ['*/*'],
    });
    expect(propertiesOf(template, 'AWS::ApiGateway::Stage').map(({ StageName }) => StageName)).toEqual(['live']);
    template.resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  test('has three methods: with a key, with a signature, and the page of problem types', () => {
    const short = methods.map(({ HttpMethod, AuthorizationType, ApiKeyRequired, AuthorizerId, Integration }) => ({
      HttpMethod,
      AuthorizationType,
      ApiKeyRequired,
      authorized: AuthorizerId !== undefined,
      type: Integration.Type,
      timeout: Integration.TimeoutInMillis,
    }));
    const call = { HttpMethod: 'ANY', type: 'AWS_PROXY', timeout: 29_000 };
    expect(short).toEqual([
      { ...call, AuthorizationType: 'CUSTOM', ApiKeyRequired: true, authorized: true },
      { ...call, AuthorizationType: 'AWS_IAM', ApiKeyRequired: undefined, authorized: false },
      {
        HttpMethod: 'GET',
        AuthorizationType: 'NONE',
        ApiKeyRequired: undefined,
        authorized: false,
        type: 'MOCK',
        timeout: undefined,
      },
    ]);
    expect(propertiesOf(template, 'AWS::ApiGateway::Resource').map(({ PathPart }) => PathPart)).toEqual([
      'v1',
      '{proxy+}',
      'iam',
      'v1',
      '{proxy+}',
      'problems',
    ]);
  });

  test('has one authorizer, which API Gateway asks about keys of the right form only', () => {
    const [authorizer, ...others] = propertiesOf(template, 'AWS::ApiGateway::Authorizer');
    expect(others).toEqual([]);
    expect(authorizer).toMatchObject({
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
      IdentityValidationExpression: '^[Bb][Ee][Aa][Rr][Ee][Rr] +olp_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$',
      AuthorizerResultTtlInSeconds: 20,
    });
  });

  test('is the only caller of its functions, each on its own paths', () => {
    const sources = propertiesOf(template, 'AWS::Lambda::Permission')
      .filter(({ Principal }) => Principal === 'apigateway.amazonaws.com')
      .map(({ SourceArn }) =>
        SourceArn['Fn::Join'][1].filter((part: unknown) => typeof part === 'string' && part.includes('/')).join('|'),
      );
    expect(sources.sort()).toEqual(['/authorizers/', '/|/*/iam/v1/*', '/|/*/v1/*']);
  });

  test('admits to /iam/v1 the roles and users with a unique ID, and everybody to the page', () => {
    const [api] = propertiesOf(template, 'AWS::ApiGateway::RestApi');
    expect(api.Policy.Statement).toEqual([
      {
        Sid: expect.stringMatching(/^ProducercrmZV[0-9a-f]{8}$/),
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Principal: { AWS: 'arn:aws:iam::111122223333:role/crm' },
        Resource: 'execute-api:/live/*/iam/v1/*',
      },
      {
        Sid: 'Problems',
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Principal: { AWS: '*' },
        Resource: 'execute-api:/live/GET/problems',
      },
    ]);
  });

  test('has a usage plan for each producer with keys, and an identifier that names nobody twice', () => {
    const plans = propertiesOf(template, 'AWS::ApiGateway::UsagePlan').map(({ Throttle, Description }) => [
      Description,
      Throttle,
    ]);
    const throttle = { RateLimit: 20, BurstLimit: 40 };
    expect(plans).toEqual([
      ['Calls of crm to the HTTP API of OneLink-production', throttle],
      ['Calls of studio to the HTTP API of OneLink-production', throttle],
    ]);
    const values = propertiesOf(template, 'AWS::ApiGateway::ApiKey').map(({ Value }) => Value);
    const { USAGE_IDENTIFIERS } = httpAuthorizerEnvironment.parse(environmentOf('HttpApiAuthorizerWorkerFunction'));
    expect(USAGE_IDENTIFIERS).toEqual({ crm: values[0], studio: values[1] });
    expect(new Set(values).size).toBe(2);
    template.resourceCountIs('AWS::ApiGateway::UsagePlanKey', 2);
  });
});

describe('the functions of the HTTP API', () => {
  test('have the settings of the pipeline', () => {
    expect(httpApiEnvironment.parse(environmentOf('HttpApiCallsWorkerFunction'))).toMatchObject({
      LANE_QUEUE_URLS: { transactional: 'https://resolved.example', campaign: 'https://resolved.example' },
      DEDUPLICATION_WINDOW_DAYS: 75,
      WAITING_SLOTS: 10,
      MAX_DATA_CHARACTERS: 2_048,
      QUERY_STRING_COUNTS: false,
      MAX_TTL_DAYS: 365,
    });
  });

  test('get the rules of the producers that use the HTTP API, and of no other', () => {
    const rules = httpRulesOf(settings());
    expect(rules.producers).toEqual([
      {
        source: 'crm',
        templates: ['A1b3', 'abc123'],
        lanes: ['campaign', 'transactional'],
        // The lane without a window: somebody waits.
        defaultLane: 'transactional',
        keys: true,
        senders: ['AROAEXAMPLEOFCRMROLE1'],
        requestsPerSecond: 20,
      },
      {
        source: 'studio',
        templates: ['A1b3', 'abc123'],
        lanes: ['campaign'],
        defaultLane: 'campaign',
        keys: true,
        senders: [],
        requestsPerSecond: 20,
      },
    ]);
    expect(rules.templates).toEqual(settings().templates);
  });

  test('may do exactly this', () => {
    const allowed = (id: string) => {
      const { Policies } = named('AWS::IAM::Role', template)[id]?.Properties ?? expect.fail(`no role ${id}`);
      expect(Policies).toHaveLength(1);
      return Policies[0].PolicyDocument.Statement.map(({ Effect, Action }: { Effect: string; Action: unknown }) => [
        Effect,
        ...[Action].flat(),
      ]);
    };
    const logs = ['Allow', 'logs:CreateLogStream', 'logs:PutLogEvents'];
    expect(allowed('HttpApiCallsWorkerRole')).toEqual([
      logs,
      ['Allow', 'sqs:SendMessage'],
      ['Allow', 'dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      ['Allow', 'dynamodb:DeleteItem'],
      ['Allow', 's3:GetObject'],
      ['Allow', 's3:ListBucket'],
      ['Allow', 'secretsmanager:GetSecretValue'],
      ['Allow', 'lambda:InvokeFunction'],
    ]);
    expect(allowed('HttpApiAuthorizerWorkerRole')).toEqual([logs, ['Allow', 'secretsmanager:GetSecretValue']]);
  });

  test('may vouch for a sender, except the authorizer', () => {
    const own = functions.CampaignLinkWorkerFunction?.Properties.Environment.Variables.OWN_SENDERS;
    const roles = own['Fn::Join'][1]
      .filter((part: unknown) => typeof part === 'object')
      .map((part: { 'Fn::GetAtt': [string] }) => part['Fn::GetAtt'][0].replace(/^Pipeline|[0-9A-F]{8}$/g, ''));
    expect(roles).toContain('HttpApiCallsWorkerRole');
    expect(roles).not.toContain('HttpApiAuthorizerWorkerRole');
  });
});

test('the secret of the keys begins empty, in the state stack, and stays when the stack is deleted', () => {
  stateTemplate.hasResource('AWS::SecretsManager::Secret', {
    Properties: { SecretString: '{"keys":[]}', GenerateSecretString: Match.absent() },
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
  expect(Object.keys(stateTemplate.findResources('AWS::SecretsManager::Secret'))).toContain('HttpKeys');
});

describe('what API Gateway answers itself', () => {
  const answers = propertiesOf(template, 'AWS::ApiGateway::GatewayResponse');
  const answerOf = (type: string) =>
    answers.find(({ ResponseType }) => ResponseType === type) ?? expect.fail(`no answer for ${type}`);

  test.each([
    ['UNAUTHORIZED', 401, 'unauthorized'],
    ['ACCESS_DENIED', 403, 'access-denied'],
    ['INVALID_API_KEY', 403, 'access-denied'],
    ['WAF_FILTERED', 403, 'access-denied'],
    ['EXPIRED_TOKEN', 403, 'signature-invalid'],
    ['INVALID_SIGNATURE', 403, 'signature-invalid'],
    ['MISSING_AUTHENTICATION_TOKEN', 404, 'unknown-path'],
    ['RESOURCE_NOT_FOUND', 404, 'unknown-path'],
    ['REQUEST_TOO_LARGE', 413, 'body-too-large'],
    ['UNSUPPORTED_MEDIA_TYPE', 415, 'unsupported-media-type'],
    ['BAD_REQUEST_BODY', 400, 'bad-request'],
    ['BAD_REQUEST_PARAMETERS', 400, 'bad-request'],
    ['THROTTLED', 429, 'too-many-requests'],
    ['QUOTA_EXCEEDED', 429, 'too-many-requests'],
    ['AUTHORIZER_FAILURE', 503, 'unavailable'],
    ['AUTHORIZER_CONFIGURATION_ERROR', 500, 'internal-error'],
    ['API_CONFIGURATION_ERROR', 500, 'internal-error'],
    ['INTEGRATION_FAILURE', 503, 'unavailable'],
    ['INTEGRATION_TIMEOUT', 504, 'timed-out'],
    ['DEFAULT_4XX', 400, 'bad-request'],
    ['DEFAULT_5XX', 500, 'internal-error'],
  ])('%s is a problem with status %i and type %s', (type, status, problem) => {
    const { StatusCode, ResponseParameters, ResponseTemplates } = answerOf(type);
    expect(StatusCode).toBe(String(status));
    expect(ResponseParameters['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
    expect(ResponseParameters['gatewayresponse.header.Cache-Control']).toBe("'no-store'");
    const body = JSON.parse(ResponseTemplates['application/json']);
    expect(body).toEqual({
      type: `https://$context.domainName/$context.stage/problems#${problem}`,
      title: expect.any(String),
      status,
      detail: expect.any(String),
      instance: 'urn:uuid:$context.requestId',
    });
  });

  test('is a list of all types, each once', () => {
    expect(answers).toHaveLength(21);
    expect(new Set(gatewayAnswers.map(({ type }) => type.responseType)).size).toBe(gatewayAnswers.length);
  });

  test('names when to come again, and what to sign in with', () => {
    const header = (type: string, name: string) => answerOf(type).ResponseParameters[`gatewayresponse.header.${name}`];
    expect(header('THROTTLED', 'Retry-After')).toBe("'1'");
    expect(header('QUOTA_EXCEEDED', 'Retry-After')).toBe("'1'");
    expect(header('AUTHORIZER_FAILURE', 'Retry-After')).toBe("'5'");
    expect(header('INTEGRATION_FAILURE', 'Retry-After')).toBe("'5'");
    expect(header('UNAUTHORIZED', 'WWW-Authenticate')).toBe("'Bearer'");
  });
});

describe('the page of problem types', () => {
  const page = problemsPage();

  test('has an entry for each type, under its name', () => {
    const ids = [...page.matchAll(/<h2 id="([^"]+)">(\d+) /g)].map(([, name, status]) => [name, Number(status)]);
    expect(ids).toEqual(Object.entries(problemTypes).map(([name, { status }]) => [name, status]));
  });

  test('is HTML that holds no text as markup, and nothing that API Gateway reads as a directive', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).not.toMatch(/[$#`]/);
    const tags = new Set([...page.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag));
    expect([...tags].sort()).toEqual(['b', 'body', 'code', 'h1', 'h2', 'head', 'html', 'meta', 'p', 'title']);
  });

  test('is answered by API Gateway as text, although all media types are binary', () => {
    const { Integration } = methods.find(({ HttpMethod }) => HttpMethod === 'GET') ?? expect.fail('no page');
    expect(Integration).toMatchObject({
      ContentHandling: 'CONVERT_TO_TEXT',
      PassthroughBehavior: 'NEVER',
      RequestTemplates: { 'application/json': '{"statusCode":200}' },
    });
    const [answer] = Integration.IntegrationResponses;
    expect(answer).toMatchObject({ StatusCode: '200', ContentHandling: 'CONVERT_TO_TEXT' });
    expect(answer.ResponseTemplates).toEqual({ 'text/html': page });
    expect(answer.ResponseParameters['method.response.header.Content-Type']).toBe("'text/html; charset=utf-8'");
  });
});

describe('a producer', () => {
  test('with signed requests alone needs no keys: no authorizer, no secret and no usage plan', () => {
    const http = { keys: false, iam: true };
    const app = configuredApp(withProducers({ crm: { http }, studio: { http } }));
    for (const type of ['Authorizer', 'UsagePlan', 'ApiKey'])
      app.template.resourceCountIs(`AWS::ApiGateway::${type}`, 0);
    expect(propertiesOf(app.template, 'AWS::ApiGateway::Method').map((one) => one.AuthorizationType)).toEqual([
      'AWS_IAM',
      'NONE',
    ]);
    expect(Object.keys(app.stateTemplate.findResources('AWS::SecretsManager::Secret'))).not.toContain('HttpKeys');
    expect(Object.keys(app.template.findOutputs('*')).filter((name) => /^Http(Keys|Authorizer)/.test(name))).toEqual(
      [],
    );
    const [api] = propertiesOf(app.template, 'AWS::ApiGateway::RestApi');
    expect(api.Policy.Statement.map(({ Principal }: { Principal: { AWS: string } }) => Principal.AWS)).toEqual([
      'arn:aws:iam::111122223333:role/crm',
      'arn:aws:iam::444455556666:role/studio',
      '*',
    ]);
  });

  test('with keys alone needs no resource policy, and no path for signed requests', () => {
    const app = configuredApp(withProducers({ crm: { http: { requestsPerSecond: 3 } } }));
    const [api] = propertiesOf(app.template, 'AWS::ApiGateway::RestApi');
    expect(api.Policy).toBeUndefined();
    expect(propertiesOf(app.template, 'AWS::ApiGateway::Method').map((one) => one.AuthorizationType)).toEqual([
      'CUSTOM',
      'NONE',
    ]);
    expect(propertiesOf(app.template, 'AWS::ApiGateway::UsagePlan')[0]?.Throttle).toEqual({
      RateLimit: 3,
      BurstLimit: 6,
    });
  });

  test('with too many roles for an API’s policy is refused with the remedy', () => {
    const principals = Array.from({ length: 20 }, (_, index) => ({
      role: `arn:aws:iam::111122223333:role/${'x'.repeat(400)}/role-${index}`,
      senderId: `AROAEXAMPLE${String(index).padStart(10, '0')}`,
    }));
    expect(() => configuredApp(withProducers({ studio: { principals, http: { keys: false, iam: true } } }))).toThrow(
      /the policy of OneLink-production\/Pipeline\/HttpApi\/Api may have 8,192 bytes at most \(API Gateway\); got [\d,]+\. Allow `http\.iam` to fewer producers/,
    );
  });
});
