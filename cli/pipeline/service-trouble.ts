/** What Node.js calls a service that cannot be reached. */
const networkTrouble = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH']);

/** What AWS's answers mean for the one at the keyboard: what is wrong, and how to mend it. Undefined for anything else. */
export function serviceTrouble(error: unknown, local: boolean): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = Reflect.get(error, 'code');
  if (local && (code === 'ECONNREFUSED' || error.message.includes('ECONNREFUSED'))) {
    return 'The local run is not up any more. Start it with: npm start -- --keep';
  }
  if (typeof code === 'string' && networkTrouble.has(code)) {
    return `AWS cannot be reached (${code}). Is the network up, and AWS_REGION a region?`;
  }
  switch (error.name) {
    case 'CredentialsProviderError':
      return 'No AWS credentials were found. Set AWS_PROFILE, or sign in with: aws sso login';
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return 'The AWS credentials have expired. Sign in again with: aws sso login';
    case 'AccessDenied':
    case 'AccessDeniedException':
    case 'AuthorizationError':
    case 'AuthorizationErrorException':
      return `AWS denies it: ${error.message}`;
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
    case 'SignatureDoesNotMatch':
      return 'AWS does not accept the credentials. Set AWS_PROFILE, or sign in with: aws sso login';
    case 'QueueDoesNotExist':
      return 'The lane’s queue does not exist. Was the pipeline deployed to this account and region?';
  }
  if (error.message === 'Region is missing') return 'No AWS region is set. Set AWS_REGION, or a region in the profile.';
  return undefined;
}
