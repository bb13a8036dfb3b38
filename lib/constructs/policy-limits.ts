import { Stack, Token } from 'aws-cdk-lib';
import type { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { BucketPolicy } from 'aws-cdk-lib/aws-s3';
import { QueuePolicy } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';

/** Amazon SQS policy quotas, of one queue's policy. */
const ofQueue = { bytes: 8_192, statements: 20, principals: 50, conditions: 10 };
/** Amazon S3, of one bucket's policy. It has no limits beside its size. */
const ofBucket = { bytes: 20_480, statements: Infinity, principals: Infinity, conditions: Infinity };

/** API Gateway quotas for REST APIs, of one API's resource policy. */
const ofApi = { bytes: 8_192, statements: Infinity, principals: Infinity, conditions: Infinity };

/** The assumed length of an ARN that synthesis does not know: `arn:aws:sqs:eu-central-1:111122223333:` and a name of 80. */
const unresolvedCharacters = 130;

interface Statement {
  Principal?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

const checks = new WeakMap<IConstruct, () => string[]>();

/** The faults of all such policies below this construct, as they are now: path, rule, value and remedy. */
export const policyFaults = (root: IConstruct): string[] =>
  root.node.findAll().flatMap((one) => checks.get(one)?.() ?? []);

/**
 * Makes synthesis refuse a policy that AWS would refuse in the middle of a deployment.
 *
 * @param resource a queue or a bucket, whose policy may still grow
 * @param remedy what an operator does about it
 */
export function refuseLargePolicy(resource: IConstruct, remedy: string): void {
  const validate = () => {
    const policy = resource.node.tryFindChild('Policy');
    if (policy instanceof QueuePolicy) return faults('SQS', ofQueue, policy.document, policy, remedy);
    return policy instanceof BucketPolicy ? faults('S3', ofBucket, policy.document, policy, remedy) : [];
  };
  checks.set(resource, validate);
  // For an app that adds to the policy itself.
  resource.node.addValidation({ validate });
}

/**
 * The same for the resource policy of an API, which is a property of the API.
 *
 * @param resource the API
 */
export function refuseLargeApiPolicy(resource: IConstruct, document: PolicyDocument, remedy: string): void {
  const validate = () => faults('API Gateway', ofApi, document, resource.node.findChild('Resource'), remedy);
  checks.set(resource, validate);
  resource.node.addValidation({ validate });
}

function faults(
  service: string,
  most: typeof ofQueue,
  document: PolicyDocument,
  scope: IConstruct,
  remedy: string,
): string[] {
  const resolved = Stack.of(scope).resolve(document) as { Statement: Statement[] };
  const statements = resolved.Statement;
  const found = {
    bytes: Buffer.byteLength(JSON.stringify(resolved, withoutIntrinsics)),
    statements: statements.length,
    principals: statements.reduce((sum, { Principal }) => sum + leaves(Principal), 0),
    conditions: statements.reduce(
      (sum, { Condition = {} }) => sum + Object.values(Condition).flatMap((keys) => Object.keys(keys)).length,
      0,
    ),
  };
  return (['bytes', 'statements', 'principals', 'conditions'] as const)
    .filter((what) => found[what] > most[what])
    .map((what) => {
      const [limit, got] = [most[what].toLocaleString('en'), found[what].toLocaleString('en')];
      const whose = scope.node.scope?.node.path;
      return `producers: the policy of ${whose} may have ${limit} ${what} at most (${service}); got ${got}. ${remedy}`;
    });
}

/** The characters of a policy. What synthesis does not know counts as an ARN of the assumed length. */
export const policyCharacters = (scope: IConstruct, document: object) =>
  JSON.stringify(Stack.of(scope).resolve(document), withoutIntrinsics).length;

/** An intrinsic function becomes a text of an ARN's length. */
function withoutIntrinsics(_: string, value: unknown): unknown {
  const [name, ...others] = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const isIntrinsic = name !== undefined && others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'));
  return isIntrinsic || Token.isUnresolved(value) ? 'x'.repeat(unresolvedCharacters) : value;
}

function leaves(principal: unknown): number {
  if (typeof principal !== 'object' || principal === null) return principal === undefined ? 0 : 1;
  return Object.values(principal).reduce((sum: number, one) => sum + (Array.isArray(one) ? one.length : 1), 0);
}
