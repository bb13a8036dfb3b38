interface Kind {
  readonly status: number;
  /** Null, as API Gateway has no words for it. */
  readonly message: string | null;
  /** `X-Amzn-ErrorType` */
  readonly errorType: string;
}

/**
 * The gateway responses that the local cloud gives, with API Gateway's defaults.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
export const gatewayResponseTypes = {
  ACCESS_DENIED: {
    status: 403,
    message: 'User is not authorized to access this resource',
    errorType: 'AccessDeniedException',
  },
  API_CONFIGURATION_ERROR: {
    status: 500,
    message: 'Internal server error',
    errorType: 'InternalServerErrorException',
  },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, message: null, errorType: 'AuthorizerConfigurationException' },
  AUTHORIZER_FAILURE: { status: 500, message: null, errorType: 'AuthorizerFailureException' },
  DEFAULT_4XX: { status: 400, message: 'Bad Request', errorType: 'BadRequestException' },
  DEFAULT_5XX: { status: 500, message: 'Internal server error', errorType: 'InternalServerErrorException' },
  // API Gateway's default is 504. Lambda's documentation has 500 for an invocation that Lambda refuses.
  INTEGRATION_FAILURE: { status: 500, message: 'Internal server error', errorType: 'InternalServerErrorException' },
  INTEGRATION_TIMEOUT: {
    status: 504,
    message: 'Endpoint request timed out',
    errorType: 'InternalServerErrorException',
  },
  INVALID_API_KEY: { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' },
  INVALID_SIGNATURE: {
    status: 403,
    message: 'The Authorization header has no AWS signature',
    errorType: 'IncompleteSignatureException',
  },
  MISSING_AUTHENTICATION_TOKEN: {
    status: 403,
    message: 'Missing Authentication Token',
    errorType: 'MissingAuthenticationTokenException',
  },
  REQUEST_TOO_LARGE: { status: 413, message: 'Request Too Long', errorType: 'RequestTooLongException' },
  THROTTLED: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  UNAUTHORIZED: { status: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Unsupported Media Type', errorType: 'BadRequestException' },
} satisfies Record<string, Kind>;

export type GatewayResponseType = keyof typeof gatewayResponseTypes;

/** Types that a template may customise, although nothing here causes them. */
export const unusedGatewayResponseTypes: readonly string[] = [
  'BAD_REQUEST_BODY',
  'BAD_REQUEST_PARAMETERS',
  'EXPIRED_TOKEN',
  'QUOTA_EXCEEDED',
  'RESOURCE_NOT_FOUND',
  'WAF_FILTERED',
];

/** Ends a request with a gateway response. */
export class GatewayError extends Error {
  readonly type: GatewayResponseType;
  /** The status, unless the template has one for the type. */
  readonly status: number;
  /** Of the client. Null, as API Gateway has no words for it. */
  readonly words: string | null;

  constructor(type: GatewayResponseType, given: { status?: number; words?: string } = {}) {
    const { status, message } = gatewayResponseTypes[type];
    super(type);
    this.type = type;
    this.status = given.status ?? status;
    this.words = given.words ?? message;
  }
}
