import { z } from 'zod';
import { policyDocument } from '../access/policies.ts';

/** The properties of `AWS::ApiGateway::*` that are implemented. */
export const restApiProperties = z.looseObject({
  Name: z.string().optional(),
  ApiKeySourceType: z.string().default('HEADER'),
  BinaryMediaTypes: z.array(z.string()).default([]),
  Policy: policyDocument.optional(),
});

export const resourceProperties = z.looseObject({
  RestApiId: z.string(),
  ParentId: z.string(),
  PathPart: z.string(),
});

const texts = z.record(z.string(), z.string()).default({});

export const integrationProperties = z.looseObject({
  Type: z.string(),
  Uri: z.string().optional(),
  ContentHandling: z.string().optional(),
  PassthroughBehavior: z.string().default('WHEN_NO_MATCH'),
  RequestTemplates: texts,
  // API Gateway's default and longest time, unless an account has more. In milliseconds.
  TimeoutInMillis: z.coerce.number().default(29_000),
  IntegrationResponses: z
    .array(
      z.looseObject({
        StatusCode: z.coerce.string(),
        ContentHandling: z.string().optional(),
        SelectionPattern: z.string().optional(),
        ResponseParameters: texts,
        ResponseTemplates: texts,
      }),
    )
    .default([]),
});

export const methodProperties = z.looseObject({
  RestApiId: z.string(),
  ResourceId: z.string(),
  HttpMethod: z.string(),
  AuthorizationType: z.string().default('NONE'),
  AuthorizerId: z.string().optional(),
  ApiKeyRequired: z.boolean().default(false),
  Integration: integrationProperties,
  MethodResponses: z
    .array(
      z.looseObject({
        StatusCode: z.coerce.string(),
        ResponseParameters: z.record(z.string(), z.boolean()).default({}),
      }),
    )
    .default([]),
});

export const deploymentProperties = z.looseObject({ RestApiId: z.string() });

export const stageProperties = z.looseObject({
  RestApiId: z.string(),
  DeploymentId: z.string(),
  StageName: z.string(),
  Variables: texts,
  AccessLogSetting: z.looseObject({ DestinationArn: z.string(), Format: z.string() }).optional(),
  MethodSettings: z
    .array(
      z.looseObject({
        HttpMethod: z.string(),
        ResourcePath: z.string(),
        ThrottlingRateLimit: z.coerce.number().optional(),
        ThrottlingBurstLimit: z.coerce.number().optional(),
      }),
    )
    .default([]),
});

export const authorizerProperties = z.looseObject({
  RestApiId: z.string(),
  Name: z.string(),
  Type: z.string(),
  AuthorizerUri: z.string().optional(),
  IdentitySource: z.string().optional(),
  IdentityValidationExpression: z.string().optional(),
  // API Gateway's default. In seconds; 0: nothing is cached.
  AuthorizerResultTtlInSeconds: z.coerce.number().default(300),
});

export const gatewayResponseProperties = z.looseObject({
  RestApiId: z.string(),
  ResponseType: z.string(),
  StatusCode: z.coerce.string().optional(),
  ResponseParameters: texts,
  ResponseTemplates: texts,
});

const throttle = z.looseObject({
  RateLimit: z.coerce.number().optional(),
  BurstLimit: z.coerce.number().optional(),
});

export const usagePlanProperties = z.looseObject({
  UsagePlanName: z.string().optional(),
  ApiStages: z.array(z.looseObject({ ApiId: z.string(), Stage: z.string() })).default([]),
  Throttle: throttle.optional(),
});

export const apiKeyProperties = z.looseObject({
  Name: z.string().optional(),
  Enabled: z.boolean().default(false),
  // API Gateway refuses a value with fewer than 20 characters, or more than 128.
  Value: z.string().min(20).max(128).optional(),
});

export const usagePlanKeyProperties = z.looseObject({
  KeyId: z.string(),
  KeyType: z.literal('API_KEY'),
  UsagePlanId: z.string(),
});
