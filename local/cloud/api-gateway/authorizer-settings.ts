import type { Deployment } from '../assembly/deployment.ts';
import type { LambdaFunction } from '../lambda/function.ts';
import { functionOf } from './integration-settings.ts';
import { authorizerProperties } from './properties.ts';
import type { FindFunction } from './rest-api.ts';

/** A Lambda authorizer of the type TOKEN. */
export interface TokenAuthorizerSettings {
  readonly id: string;
  readonly function: LambdaFunction;
  /** The header with the token, in lower case. */
  readonly header: string;
  /** The whole token must match it. Undefined: every token does. */
  readonly validation: RegExp | undefined;
  readonly ttlSeconds: number;
}

/**
 * Reads an authorizer.
 * @returns undefined for a type that is not implemented: its methods then refuse every request
 * @throws if the authorizer has no header, no function, or no valid expression
 */
export function readAuthorizer(
  id: string | undefined,
  deployment: Deployment,
  findFunction: FindFunction,
): TokenAuthorizerSettings | undefined {
  const resource = deployment.resources('AWS::ApiGateway::Authorizer').find(({ ref }) => ref === id);
  if (resource === undefined) return undefined;
  const properties = deployment.properties(resource, authorizerProperties);
  if (properties.Type !== 'TOKEN') return undefined;
  const [, header] = /^method\.request\.header\.([\w-]+)$/.exec(properties.IdentitySource ?? '') ?? [];
  if (header === undefined) throw new Error(`${resource.where}: IdentitySource must be method.request.header.{name}`);
  const expression = properties.IdentityValidationExpression;
  return {
    id: resource.ref,
    function: functionOf(resource, properties.AuthorizerUri, findFunction),
    header: header.toLowerCase(),
    validation: expression === undefined ? undefined : new RegExp(`^(?:${expression})$`),
    ttlSeconds: properties.AuthorizerResultTtlInSeconds,
  };
}
