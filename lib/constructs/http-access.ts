import { ApiKey, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AnyPrincipal, ArnPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { usageIdentifier } from '../../lambdas/http-authorizer/env.ts';
import type { PipelineSettings } from '../config/config-schema.ts';
import { type HttpProducer, signersOf } from '../config/http.ts';
import { arnOf, directSid } from '../config/principals.ts';
import { pascalSource } from '../config/source-names.ts';

/**
 * The API's resource policy, for producers that sign their requests. Without any, the API needs none.
 *
 * - `/iam/v1` (AWS_IAM): in the API's account, a caller needs this statement or an IAM policy. In another account it needs
 *   both.
 * - `/v1` (Lambda authorizer): the policy names it nowhere. An Allow here would admit callers that the authorizer does not
 *   allow. The authorizer's own Allow is enough if the policy is silent.
 * - `/problems` (no authorization): as soon as an API has a policy, such a method needs an Allow.
 *
 * @see API Gateway developer guide, *How API Gateway resource policies affect authorization workflow*, tables A and B
 */
export function accessPolicy(
  { producers }: Pick<PipelineSettings, 'producers'>,
  used: readonly HttpProducer[],
): PolicyDocument | undefined {
  const signing = new Set(used.filter(({ iam }) => iam).map(({ source }) => source));
  if (signing.size === 0) return undefined;
  const invoke = (sid: string, principals: (AnyPrincipal | ArnPrincipal)[], path: string) =>
    new PolicyStatement({
      sid,
      principals,
      actions: ['execute-api:Invoke'],
      // API Gateway completes the ARN with its account, region and API.
      resources: [`execute-api:/${stageName}/${path}`],
    });
  const statements = producers
    .filter(({ source }) => signing.has(source))
    .flatMap((producer) => {
      const signers = signersOf(producer).map((one) => new ArnPrincipal(arnOf(one)));
      if (signers.length === 0) return [];
      // The Sid changes with the unique IDs: AWS resolves a role when a policy is written.
      return invoke(directSid(producer), signers, '*/iam/v1/*');
    });
  return new PolicyDocument({ statements: [...statements, invoke('Problems', [new AnyPrincipal()], 'GET/problems')] });
}

/** The only stage. The path of each call begins with it. */
export const stageName = 'live';

/**
 * A usage plan for each producer with keys. It is best effort, as all usage plans of API Gateway are. The function enforces
 * the same rate itself.
 */
export function addUsagePlans(
  scope: Construct,
  api: RestApi,
  serviceName: string,
  producers: readonly HttpProducer[],
): void {
  for (const { source, keys, requestsPerSecond } of producers) {
    if (!keys) continue;
    const name = pascalSource(source);
    const plan = api.addUsagePlan(`Of${name}`, {
      description: `Calls of ${source} to the HTTP API of ${serviceName}`,
      throttle: { rateLimit: requestsPerSecond, burstLimit: 2 * requestsPerSecond },
      apiStages: [{ stage: api.deploymentStage }],
    });
    // Its value names the producer, and admits nobody: the authorizer returns it for a valid key of ours.
    const identifier = new ApiKey(scope, `IdentifierOf${name}`, {
      description: `Names ${source} in the HTTP API of ${serviceName}. It is no secret.`,
      value: usageIdentifier(serviceName, source),
    });
    plan.addApiKey(identifier);
  }
}
