import { timingSafeEqual } from 'node:crypto';
import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from 'aws-lambda';
import { hashOfKey, type KeysSecret, type StoredKey } from '../domain/http/keys.ts';
import { nameOfError, type Observer } from '../domain/work/observer.ts';
import { authorizationForm, type HttpAuthorizerEnvironment } from './env.ts';
import { httpAuthorizerMetric } from './names.ts';

/** The adapters that the authorizer needs. */
export interface AuthorizerPorts {
  keys: {
    /** @throws Error if the secret is unreadable or malformed */
    current(): Promise<KeysSecret>;
  };
  observer: Pick<Observer, 'count' | 'warn'>;
}

/** API Gateway answers 401 to an error with exactly this message, and treats any other error as its own failure. */
const unauthorized = 'Unauthorized';

const form = new RegExp(authorizationForm);

/**
 * Names the caller to API Gateway, by the caller's key:
 *
 *     Authorization: Bearer olp_… ─▶ SHA-256 ─▶ hash in the secret? ─▶ source, usage identifier, policy
 *                                                      └─ no, or revoked ─▶ 401
 *
 * API Gateway keeps the result for some seconds. So the policy names all paths of `/v1`, not the path of this call.
 */
export function authorizer(
  { USAGE_IDENTIFIERS }: Pick<HttpAuthorizerEnvironment, 'USAGE_IDENTIFIERS'>,
  { keys, observer }: AuthorizerPorts,
): (
  event: Pick<APIGatewayTokenAuthorizerEvent, 'authorizationToken' | 'methodArn'>,
) => Promise<APIGatewayAuthorizerResult> {
  return async ({ authorizationToken, methodArn }) => {
    const stored = await keys.current().catch((error: unknown) => {
      observer.count(httpAuthorizerMetric.keysUnreadable);
      observer.warn('the secret with the keys cannot be read', { error: nameOfError(error) });
      throw error;
    });
    const key = form.test(authorizationToken) ? keyIn(authorizationToken, stored) : undefined;
    const usage = key !== undefined && Object.hasOwn(USAGE_IDENTIFIERS, key.source) && USAGE_IDENTIFIERS[key.source];
    if (key === undefined || !usage) {
      observer.count(httpAuthorizerMetric.keyRefused);
      throw new Error(unauthorized);
    }
    return {
      principalId: key.source,
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: pathsOfKeys(methodArn) }],
      },
      context: { source: key.source, keyId: key.id },
      usageIdentifierKey: usage,
    };
  };
}

/** The stored key of this text, unless it is revoked. It compares all hashes, in a time that does not depend on them. */
function keyIn(authorization: string, { keys }: KeysSecret): StoredKey | undefined {
  const hash = Buffer.from(hashOfKey(authorization.slice(authorization.lastIndexOf(' ') + 1)), 'hex');
  const found = keys.filter(({ sha256 }) => timingSafeEqual(Buffer.from(sha256, 'hex'), hash));
  return found.find(({ revokedAt }) => revokedAt === undefined);
}

/** All methods and paths of `/v1`, in the API and stage of this method: `{api}/{stage}/GET/v1/links/…`. */
function pathsOfKeys(methodArn: string): string {
  const [api = '', stage = ''] = methodArn.split('/');
  return `${api}/${stage}/*/v1/*`;
}
