import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type ProblemName, problemMediaType, problemTypes } from '../../lambdas/domain/http/problems.ts';

interface GatewayAnswer {
  readonly type: ResponseType;
  readonly problem: ProblemName;
  readonly headers?: Readonly<Record<string, string>>;
  /** If the problem type's own words would mislead here. */
  readonly detail?: string;
}

const retryAfter = (seconds: number) => ({ 'Retry-After': `'${seconds}'` });
const noSignature = 'A call to `/iam/v1` without an AWS signature gets this answer as well.';

/**
 * What API Gateway answers itself, before or instead of the function: each is a problem type (API Gateway developer guide,
 * *Gateway response types*). The defaults cover the types that are not listed.
 */
export const gatewayAnswers: readonly GatewayAnswer[] = [
  { type: ResponseType.UNAUTHORIZED, problem: 'unauthorized', headers: { 'WWW-Authenticate': "'Bearer'" } },
  // API Gateway gives this type to each path and method that the API does not have, and to `/iam/v1` without a signature.
  {
    type: ResponseType.MISSING_AUTHENTICATION_TOKEN,
    problem: 'unknown-path',
    detail: `${problemTypes['unknown-path'].fix} ${noSignature}`,
  },
  { type: ResponseType.RESOURCE_NOT_FOUND, problem: 'unknown-path' },
  { type: ResponseType.ACCESS_DENIED, problem: 'access-denied' },
  { type: ResponseType.INVALID_API_KEY, problem: 'access-denied' },
  { type: ResponseType.WAF_FILTERED, problem: 'access-denied' },
  { type: ResponseType.EXPIRED_TOKEN, problem: 'signature-invalid' },
  { type: ResponseType.INVALID_SIGNATURE, problem: 'signature-invalid' },
  { type: ResponseType.THROTTLED, problem: 'too-many-requests', headers: retryAfter(1) },
  { type: ResponseType.QUOTA_EXCEEDED, problem: 'too-many-requests', headers: retryAfter(1) },
  { type: ResponseType.REQUEST_TOO_LARGE, problem: 'body-too-large' },
  { type: ResponseType.UNSUPPORTED_MEDIA_TYPE, problem: 'unsupported-media-type' },
  { type: ResponseType.BAD_REQUEST_BODY, problem: 'bad-request' },
  { type: ResponseType.BAD_REQUEST_PARAMETERS, problem: 'bad-request' },
  // The authorizer was throttled, crashed or timed out.
  { type: ResponseType.AUTHORIZER_FAILURE, problem: 'unavailable', headers: retryAfter(5) },
  { type: ResponseType.AUTHORIZER_CONFIGURATION_ERROR, problem: 'internal-error' },
  { type: ResponseType.API_CONFIGURATION_ERROR, problem: 'internal-error' },
  { type: ResponseType.INTEGRATION_FAILURE, problem: 'unavailable', headers: retryAfter(5) },
  { type: ResponseType.INTEGRATION_TIMEOUT, problem: 'timed-out' },
  { type: ResponseType.DEFAULT_4XX, problem: 'bad-request' },
  { type: ResponseType.DEFAULT_5XX, problem: 'internal-error' },
];

/**
 * The body of a gateway response. API Gateway replaces `$context…`, and nothing else of a template's language.
 *
 * @see RFC 9457
 */
export function gatewayProblem(name: ProblemName, detail?: string): string {
  const { status, title, fix } = problemTypes[name];
  return JSON.stringify({
    type: `https://$context.domainName/$context.stage/problems#${name}`,
    title,
    status,
    // A page shows code by its marks. A problem is text.
    detail: detail ?? fix.replaceAll('`', ''),
    instance: 'urn:uuid:$context.requestId',
  });
}

export function addGatewayAnswers(api: RestApi): void {
  for (const { type, problem, headers = {}, detail } of gatewayAnswers) {
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(problemTypes[problem].status),
      responseHeaders: {
        'Content-Type': `'${problemMediaType}'`,
        'Cache-Control': "'no-store'",
        'X-Content-Type-Options': "'nosniff'",
        ...headers,
      },
      templates: { 'application/json': gatewayProblem(problem, detail) },
    });
  }
}
