import { hash } from 'node:crypto';
import * as z from 'zod';
import { jsonText } from '../domain/contract/json-text.ts';

/** The contract between the authorizer's construct and its handler: one variable each, all required. */
export const httpAuthorizerEnvironment = z.object({
  /** The secret with the hashes of the keys. */
  KEYS_SECRET_ARN: z.string().min(1),
  /** JSON: the usage identifiers of the producers that may call with a key, by source. */
  USAGE_IDENTIFIERS: jsonText(z.record(z.string(), z.string().min(20).max(128))),
});
export type HttpAuthorizerEnvironment = z.infer<typeof httpAuthorizerEnvironment>;
/** What the construct must set: every variable, as text. */
export type HttpAuthorizerVariables = Record<keyof HttpAuthorizerEnvironment, string>;

/** How long API Gateway uses an answer of the authorizer. Seconds. */
export const checkKeptSeconds = 20;

/**
 * The form of the `Authorization` header. API Gateway refuses others without a call of the authorizer. The scheme has no case, and
 * blanks may follow it (RFC 9110, section 11.1). API Gateway's expressions have no flags.
 */
export const authorizationForm = '^[Bb][Ee][Aa][Rr][Ee][Rr] +olp_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$';

/**
 * The value of a producer's API key in API Gateway, by which it finds the usage plan. It is no secret: nobody can call
 * with it. A value has 20 to 128 characters, and must be unique in its account and region, so it is a digest of both names.
 *
 * @param service the pipeline's name with its stage: `Main-staging`
 */
export const usageIdentifier = (service: string, source: string): string =>
  `usage${hash('sha256', `${service}/${source}`, 'hex')}`;
