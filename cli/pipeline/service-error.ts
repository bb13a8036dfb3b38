import { aheadInRefusal, clockWords } from './clock.ts';

/** Node.js's error codes for a service that cannot be reached. */
const networkCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH']);

const expired = 'The AWS credentials have expired. Sign in again with: aws sso login';
const notAccepted = 'AWS does not accept the credentials. Set AWS_PROFILE, or sign in with: aws sso login';

/** Whom to ask. The page shows which policy has what. */
export const askForPolicy = 'Ask an administrator for the policy that permits it: docs/permissions.md.';

/** The messages for AWS's errors, by their names. */
const wordsOf = new Map([
  ['CredentialsProviderError', 'No AWS credentials were found. Set AWS_PROFILE, or sign in with: aws sso login'],
  ['ExpiredToken', expired],
  ['ExpiredTokenException', expired],
  ['InvalidClientTokenId', notAccepted],
  ['UnrecognizedClientException', notAccepted],
  ['SignatureDoesNotMatch', notAccepted],
  [
    'QueueDoesNotExist',
    'The lane’s queue does not exist. Check that the pipeline is deployed to this account and region.',
  ],
]);

/** Whether AWS does not permit the call to its caller. */
export const isDenied = (error: unknown): boolean =>
  error instanceof Error && /AccessDenied|Unauthorized|AuthorizationError/.test(error.name);

/** The message for an error from AWS: what is wrong, and the fix. Undefined for any other error. */
export function serviceErrorWords(error: unknown, local: boolean): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = Reflect.get(error, 'code');
  if (local && (code === 'ECONNREFUSED' || error.message.includes('ECONNREFUSED'))) {
    return 'The local run has ended. Start it with: npm start -- --keep';
  }
  if (typeof code === 'string' && networkCodes.has(code)) {
    return `AWS cannot be reached (${code}). Check the network, and that AWS_REGION is a region.`;
  }
  if (/^(AccessDenied|AuthorizationError)(Exception)?$/.test(error.name)) return denied(error.message);
  const ahead = aheadInRefusal(error, Date.now());
  if (ahead !== undefined) return clockWords(ahead);
  if (error.message === 'Region is missing') return 'No AWS region is set. Set AWS_REGION, or a region in the profile.';
  if (error.message.startsWith('Region not accepted'))
    return 'The AWS region is no region. Set AWS_REGION, or a region in the profile.';
  const words = wordsOf.get(error.name);
  if (words !== undefined || statusOf(error) !== 403) return words;
  // The answer to a HEAD has no body, so the error has neither a name nor words.
  return denied(/unknown/i.test(error.message) ? '' : error.message);
}

/** @param why AWS's message, which names the action */
const denied = (why: string) => `AWS denies access${why && `: ${why.replace(/\.$/, '')}`}. ${askForPolicy}`;

/** The HTTP status of a service’s answer. Undefined if there was none. */
export function statusOf(error: Error): unknown {
  const metadata: unknown = Reflect.get(error, '$metadata');
  return typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
}
