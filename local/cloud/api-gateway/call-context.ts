import { randomBytes, randomUUID } from 'node:crypto';
import type { Caller } from '../access/caller.ts';
import type { ApiRequest } from './exchange.ts';
import type { RequestTarget } from './request-target.ts';
import type { RestApi, Stage } from './rest-api.ts';
import type { Match } from './routes.ts';

/** What API Gateway knows of a request. It becomes `requestContext` and `$context`. */
export interface CallContext {
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly traceId: string;
  readonly startedAtMilliseconds: number;
  /** The address that clients reach the API at: `127.0.0.1:{port}`. */
  readonly domainName: string;
  readonly api: RestApi;
  readonly stage: Stage;
  readonly target: RequestTarget;
  readonly match: Match | undefined;
  /** The result of a Lambda authorizer: `principalId` and its context, as texts. */
  authorizer?: Readonly<Record<string, string>>;
  /** The signer of a request with IAM authorization. */
  signer?: { readonly caller: Caller; readonly accessKeyId: string };
  apiKey?: { readonly id: string; readonly value: string };
}

export function newCall(known: Omit<CallContext, 'requestId' | 'extendedRequestId' | 'traceId'>): CallContext {
  const seconds = Math.floor(known.startedAtMilliseconds / 1000).toString(16);
  return {
    ...known,
    requestId: randomUUID(),
    extendedRequestId: `${randomBytes(11).toString('base64url')}=`,
    traceId: `Root=1-${seconds}-${randomBytes(12).toString('hex')}`,
  };
}

/** The `requestContext` of a Lambda proxy event. */
export function requestContext(call: CallContext, request: ApiRequest) {
  const { api, stage, target, match, signer } = call;
  const caller = signer?.caller;
  return {
    resourceId: match?.resource.id,
    ...(call.authorizer && { authorizer: call.authorizer }),
    resourcePath: match?.resource.path,
    httpMethod: request.method,
    extendedRequestId: call.extendedRequestId,
    requestTime: commonLogTime(call.startedAtMilliseconds),
    path: target.fullPath,
    accountId: api.arn.split(':')[4],
    protocol: request.protocol,
    stage: stage.name,
    domainPrefix: api.id,
    requestTimeEpoch: call.startedAtMilliseconds,
    requestId: call.requestId,
    identity: {
      cognitoIdentityPoolId: null,
      accountId: caller === undefined ? null : (caller.arn.split(':')[4] ?? null),
      cognitoIdentityId: null,
      caller: caller?.senderId ?? null,
      sourceIp: request.sourceIp,
      principalOrgId: null,
      accessKey: signer?.accessKeyId ?? null,
      cognitoAuthenticationType: null,
      cognitoAuthenticationProvider: null,
      userArn: caller?.arn ?? null,
      userAgent: request.headers['user-agent'] ?? null,
      user: caller?.senderId ?? null,
      ...(call.apiKey && { apiKey: call.apiKey.value, apiKeyId: call.apiKey.id }),
    },
    domainName: call.domainName,
    deploymentId: stage.deploymentId,
    apiId: api.id,
  };
}

/** `27/Nov/2026:21:51:09 +0000` */
function commonLogTime(epochMilliseconds: number): string {
  const [, day, month, year, time] =
    /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(epochMilliseconds).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
