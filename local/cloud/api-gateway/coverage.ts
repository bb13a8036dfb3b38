import { z } from 'zod';
import type { Coverage } from '../assembly/coverage.ts';
import {
  apiKeyProperties,
  authorizerProperties,
  deploymentProperties,
  gatewayResponseProperties,
  integrationProperties,
  methodProperties,
  resourceProperties,
  restApiProperties,
  stageProperties,
  usagePlanKeyProperties,
  usagePlanProperties,
} from './properties.ts';

const tags = { Tags: 'tags do not change behaviour' };
const words = { Description: 'it does not change behaviour' };
const description = 'there is no description of the API';
const executionLog = 'there are no execution logs';

/** What is implemented of each type of API Gateway. */
export const apiGatewayCoverages: Readonly<Record<string, Coverage>> = {
  'AWS::ApiGateway::RestApi': {
    carriedOut: restApiProperties.extend({ ApiKeySourceType: z.literal(['HEADER', 'AUTHORIZER']).optional() }),
    leftOut: {
      ...tags,
      ...words,
      EndpointConfiguration: 'every API is on a port of this machine',
      DisableExecuteApiEndpoint: 'every API is on a port of this machine',
      FailOnWarnings: 'nothing is imported',
      CloneFrom: 'nothing is cloned',
    },
    differs: {
      Body: 'an OpenAPI definition is not read',
      BodyS3Location: 'an OpenAPI definition is not read',
      MinimumCompressionSize: 'no answer is compressed, and no request is unpacked',
    },
  },
  'AWS::ApiGateway::Resource': { carriedOut: resourceProperties, leftOut: {} },
  'AWS::ApiGateway::Method': {
    carriedOut: methodProperties.extend({
      AuthorizationType: z.literal(['NONE', 'AWS_IAM', 'CUSTOM']).optional(),
      Integration: integrationProperties.extend({ Type: z.literal(['AWS_PROXY', 'MOCK']) }),
    }),
    leftOut: {
      OperationName: description,
      'MethodResponses.ResponseModels': description,
      'Integration.IntegrationHttpMethod': 'a function is invoked by its own API',
    },
    differs: {
      AuthorizationType: 'only IAM and Lambda authorize: other methods refuse every request',
      'Integration.Type': 'only Lambda proxies and mocks answer: other methods fail',
      AuthorizationScopes: 'there is no Cognito',
      RequestValidatorId: 'requests are not validated',
      RequestModels: 'requests are not validated',
      'Integration.Credentials': 'API Gateway invokes functions in its own name',
      'Integration.CacheKeyParameters': 'no answer is cached',
      'Integration.CacheNamespace': 'no answer is cached',
    },
  },
  'AWS::ApiGateway::Deployment': {
    carriedOut: deploymentProperties,
    leftOut: { ...words, StageName: 'a stage is a resource of its own' },
    differs: { StageDescription: 'a stage is a resource of its own' },
  },
  'AWS::ApiGateway::Stage': {
    carriedOut: stageProperties,
    leftOut: {
      ...tags,
      ...words,
      TracingEnabled: 'nothing is traced',
      DocumentationVersion: description,
      'MethodSettings.LoggingLevel': executionLog,
      'MethodSettings.DataTraceEnabled': executionLog,
      'MethodSettings.MetricsEnabled':
        'the metrics of an API and its stages are always recorded, those of methods never',
    },
    differs: {
      CacheClusterEnabled: 'no answer is cached',
      'MethodSettings.CachingEnabled': 'no answer is cached',
      CanarySetting: 'a stage has one deployment',
    },
  },
  'AWS::ApiGateway::Authorizer': {
    carriedOut: authorizerProperties.extend({ Type: z.literal('TOKEN') }),
    leftOut: { AuthType: description },
    differs: {
      Type: 'only tokens are authorized: the methods of another authorizer refuse every request',
      AuthorizerCredentials: 'API Gateway invokes functions in its own name',
    },
  },
  'AWS::ApiGateway::GatewayResponse': { carriedOut: gatewayResponseProperties, leftOut: {} },
  'AWS::ApiGateway::UsagePlan': {
    // The CDK writes an empty throttle of no method.
    carriedOut: usagePlanProperties.extend({
      ApiStages: z.array(
        z.looseObject({ ApiId: z.string(), Stage: z.string(), Throttle: z.looseObject({}).optional() }),
      ),
    }),
    leftOut: { ...tags, ...words },
    differs: { Quota: 'a usage plan has no quota here' },
  },
  'AWS::ApiGateway::ApiKey': {
    carriedOut: apiKeyProperties,
    leftOut: { ...tags, ...words, CustomerId: description, GenerateDistinctId: description },
    differs: { StageKeys: 'a usage plan ties a key to a stage' },
  },
  'AWS::ApiGateway::UsagePlanKey': { carriedOut: usagePlanKeyProperties, leftOut: {} },
};
