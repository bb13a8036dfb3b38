import type { Answer } from './answer.ts';
import type { Settings } from './settings.ts';

type ErrorType =
  | 'limit_exceeded'
  | 'invalid_parameter'
  | 'internal_error'
  | 'invalid_source'
  | 'qr_error'
  | 'authentication_failure'
  | 'wrong_brand_domain'
  | 'feature_not_enabled'
  | 'rate_limit_exceeded'
  | 'quota_exceeded';

/** A refusal in the API's words: the status, the type and the message of the published contract. */
export class ApiError extends Error {
  readonly status: number;
  readonly errorType: ErrorType;
  /** Whether the refused call costs quota as a successful one does. The documents publish it for an ID in use. */
  readonly costsQuota: boolean;

  constructor(status: number, errorType: ErrorType, message: string, costsQuota = false) {
    super(message);
    this.status = status;
    this.errorType = errorType;
    this.costsQuota = costsQuota;
  }

  /** The body on the wire. The name of the first key differs between editions of the documents. */
  toAnswer(settings: Settings): Answer {
    return errorAnswer(this.status, this.errorType, this.message, settings.errorKey);
  }
}

export function errorAnswer(
  status: number,
  errorType: string,
  message: string,
  errorKey: Settings['errorKey'] = 'error_type',
): Answer {
  return { status, contentType: 'application/json', body: JSON.stringify({ [errorKey]: errorType, message }) };
}

export const authenticationFailure = () =>
  new ApiError(
    401,
    'authentication_failure',
    'Authentication failed. Use a valid OneLink API token from your security center.',
  );

export const featureNotEnabled = () =>
  new ApiError(
    403,
    'feature_not_enabled',
    'OneLink API is not enabled for this account. Note: OneLink API is a premium feature. ' +
      'Please contact your AppsFlyer Customer Success Manager for access.',
  );

export const rateLimitExceeded = (wording: Settings['limitMessages']) =>
  new ApiError(429, 'rate_limit_exceeded', wording === 'guide' ? 'Rate limit exceeded' : 'Rate Limit Exceeded.');

export const quotaExceeded = (wording: Settings['limitMessages']) =>
  new ApiError(429, 'quota_exceeded', wording === 'guide' ? 'Monthly quota exceeded' : 'Monthly Quota Exceeded.');

export const notFound = () => new ApiError(404, 'invalid_parameter', 'Shortlink not found');

export const shortlinkIdTaken = () => new ApiError(409, 'invalid_parameter', 'Shortlink ID already exists', true);

export const invalidSource = () =>
  new ApiError(400, 'invalid_source', 'This operation is not allowed for this shortlink source-caller.');

export const invalidBody = () =>
  new ApiError(400, 'invalid_parameter', 'Generating shortlink failed, invalid request body');

export const dataTooLong = () =>
  new ApiError(400, 'limit_exceeded', 'Generating shortlink failed, data sent exceeds limit');

/**
 * @param value The value as text.
 * @param reason What is wrong, worded to follow `Reason:`, without the full stop.
 */
export const invalidParameter = (name: string, value: string, reason: string) =>
  new ApiError(400, 'invalid_parameter', `Parameter '${name}' has an invalid value: '${value}'. Reason: ${reason}.`);

export const invalidQrParameter = (name: string) =>
  new ApiError(400, 'invalid_parameter', `Invalid QR parameter: ${name}`);

export const qrFailed = () => new ApiError(400, 'qr_error', 'Unexpected error occurred while generating QR code');

export const accountMayNotBrand = () => new ApiError(401, 'wrong_brand_domain', 'Account validation failure');

export const brandDomainMismatch = () => new ApiError(403, 'wrong_brand_domain', 'Brand domain mismatch');
