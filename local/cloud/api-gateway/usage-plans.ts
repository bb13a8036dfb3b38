import type { Deployment } from '../assembly/deployment.ts';
import { fingerprint } from '../assembly/identities.ts';
import type { Clock } from '../clock.ts';
import { apiKeyProperties, usagePlanKeyProperties, usagePlanProperties } from './properties.ts';
import { TokenBucket } from './token-bucket.ts';

/** An API key that a usage plan admits to a stage. */
export interface AdmittedKey {
  readonly id: string;
  readonly value: string;
  /** Undefined: the plan has no throttle. */
  readonly bucket: TokenBucket | undefined;
}

/** Finds the key with a value, if it is enabled and in a usage plan of the stage. */
export type FindKey = (value: string, apiId: string, stage: string) => AdmittedKey | undefined;

/**
 * Reads the usage plans of a deployment. Each key has a bucket of its own, as on AWS.
 * @throws if a key's value is too short
 */
export function readUsagePlans(deployment: Deployment, clock: Clock): FindKey {
  const keys = deployment.resources('AWS::ApiGateway::ApiKey').map((resource) => {
    const { Enabled, Value } = deployment.properties(resource, apiKeyProperties);
    // API Gateway makes a value if the template has none.
    return { id: resource.ref, isEnabled: Enabled, value: Value ?? fingerprint(resource.where, 40) };
  });
  const memberships = deployment
    .resources('AWS::ApiGateway::UsagePlanKey')
    .map((resource) => deployment.properties(resource, usagePlanKeyProperties));
  const admitted = deployment.resources('AWS::ApiGateway::UsagePlan').flatMap((plan) => {
    const { ApiStages, Throttle } = deployment.properties(plan, usagePlanProperties);
    const { RateLimit: rate, BurstLimit: burst = rate } = Throttle ?? {};
    return memberships
      .filter(({ UsagePlanId }) => UsagePlanId === plan.ref)
      .flatMap(({ KeyId }) => keys.filter(({ id, isEnabled }) => isEnabled && id === KeyId))
      .flatMap(({ id, value }) => {
        const bucket = rate === undefined || burst === undefined ? undefined : new TokenBucket(rate, burst, clock);
        return ApiStages.map(({ ApiId, Stage }) => ({ place: `${ApiId}/${Stage}`, key: { id, value, bucket } }));
      });
  });
  return (value, apiId, stage) =>
    admitted.find(({ place, key }) => place === `${apiId}/${stage}` && key.value === value)?.key;
}
