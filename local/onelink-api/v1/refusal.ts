import { type Answer, json } from '../answer.ts';
import { ApiError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/**
 * A refusal of version 1.0. Its body is a bare JSON string with the words of the published contract. The contract
 * lists the words per operation. README.md lists the answers that it does not publish.
 */
export class V1Refusal extends ApiError {
  constructor(status: number, words: string, costsQuota = false) {
    super(status, 'invalid_parameter', words, costsQuota);
  }

  override toAnswer(): Answer {
    return v1Refusal(this.status, this.message);
  }
}

export const v1Refusal = (status: number, words: string): Answer => json(status, JSON.stringify(words));

/** An unknown template, a link ID that cannot exist, or a link of another maker. */
export const invalidLink = () => new V1Refusal(400, 'Subdomain undefined / Invalid Shortlink ID');

export const noData = () => new V1Refusal(400, 'Invalid/no data in request');

export const dataTooLong = () => new V1Refusal(400, 'Data sent exceeds limit');

export const absent = () => new V1Refusal(404, 'Not Found');

/** The guide's status is 400, without words. The reference's is 409, with these words. */
export const idTaken = ({ v1TakenId }: Settings) => new V1Refusal(v1TakenId, 'Shortlink ID already in use', true);

/** The words of version 1.0 for a refusal that does not depend on the operation. */
const words: Partial<Record<ApiError['errorType'], string>> = {
  authentication_failure: 'Authentication Failed',
  rate_limit_exceeded: 'Rate limit exceeded',
  quota_exceeded: 'Monthly quota exceeded',
};

/** The same refusal in the words of version 1.0. Without published words, those of version 2.0. */
export function inV1Words(error: ApiError): ApiError {
  return error instanceof V1Refusal ? error : new V1Refusal(error.status, words[error.errorType] ?? error.message);
}

/** The words of a fault that has none of its own. For 400 and 5xx nothing fits that is published. */
export function usualWords(status: number): string {
  if (status === 401) return 'Authentication Failed';
  if (status === 404) return 'Not Found';
  if (status === 409) return 'Shortlink ID already in use';
  if (status === 429) return 'Rate limit exceeded';
  return status >= 500 ? 'Internal server error' : 'Bad request';
}
