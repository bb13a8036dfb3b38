import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** A statement's actions, resources and condition. */
interface KeyUse {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Record<string, Record<string, unknown>>;
}

const decrypt = ['kms:Decrypt'];
/** A service encrypts with a data key, and decrypts data keys that it has kept. */
const encrypt = ['kms:GenerateDataKey', 'kms:Decrypt'];
/** DynamoDB developer guide, "How DynamoDB uses AWS KMS": for reads, and for writes as well. */
const readTable = ['kms:Decrypt', 'kms:DescribeKey'];
const writeTable = [
  ...readTable,
  'kms:Encrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
];

/** What a call makes a service do with the key, in the caller's name. Calls that are not here touch no data. */
const uses: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:BatchGetItem': readTable,
  'dynamodb:GetItem': readTable,
  'dynamodb:GetRecords': readTable,
  'dynamodb:Scan': readTable,
  'dynamodb:DeleteItem': writeTable,
  'dynamodb:PutItem': writeTable,
  'dynamodb:UpdateItem': writeTable,
  's3:GetObject': decrypt,
  's3:GetObjectVersion': decrypt,
  // Decrypt: the parts of a multipart upload.
  's3:PutObject': encrypt,
  'secretsmanager:GetSecretValue': decrypt,
  'secretsmanager:PutSecretValue': encrypt,
  'sns:Publish': encrypt,
  'sqs:ReceiveMessage': decrypt,
  'sqs:SendMessage': encrypt,
};

/** The settings of a bucket. `onelink doctor` asks for those of a bucket that a stack has taken in. */
export const bucketSettings: readonly string[] = [
  's3:GetBucketNotification',
  's3:GetBucketObjectLockConfiguration',
  's3:GetBucketPolicy',
  's3:GetBucketPublicAccessBlock',
  's3:GetBucketVersioning',
  's3:GetEncryptionConfiguration',
  's3:GetLifecycleConfiguration',
];

/** Calls on data that use no key, because they read or remove whole items, or only what describes them. */
export const keylessActions: ReadonlySet<string> = new Set([
  'cloudformation:DescribeStacks',
  'cloudwatch:DescribeAlarmHistory',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:GetMetricData',
  'cloudwatch:SetAlarmState',
  'dynamodb:DescribeContinuousBackups',
  'dynamodb:DescribeStream',
  'dynamodb:DescribeTable',
  'dynamodb:DescribeTimeToLive',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
  'events:EnableRule',
  'events:ListRuleNamesByTarget',
  // The use of another pipeline's key (siblings.ts).
  'kms:Decrypt',
  'kms:DescribeKey',
  'lambda:GetAccountSettings',
  'lambda:GetEventSourceMapping',
  'lambda:GetFunctionConfiguration',
  'lambda:GetFunctionConcurrency',
  'lambda:InvokeFunction',
  'lambda:UpdateEventSourceMapping',
  // CloudWatch Logs uses the key itself.
  'logs:CreateLogStream',
  'logs:FilterLogEvents',
  'logs:PutLogEvents',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  ...bucketSettings,
  's3:ListBucket',
  's3:ListBucketVersions',
  'secretsmanager:DescribeSecret',
  'secretsmanager:ListSecretVersionIds',
  'secretsmanager:RestoreSecret',
  'secretsmanager:UpdateSecretVersionStage',
  'sns:GetTopicAttributes',
  'sns:ListSubscriptionsByTopic',
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  // SSM documents and executions have no key of the customer.
  'ssm:DescribeAutomationExecutions',
  'ssm:DescribeAutomationStepExecutions',
  'ssm:DescribeDocument',
  'ssm:GetAutomationExecution',
  'ssm:GetDocument',
  'ssm:ListDocumentVersions',
  'ssm:ListDocuments',
  'ssm:StartAutomationExecution',
]);

/** The name by which KMS knows a service that calls it for somebody. */
export function viaService(scope: Construct, service: string): string {
  const { region, urlSuffix } = Stack.of(scope);
  return `${service}.${region}.${urlSuffix}`;
}

/**
 * What a role with these actions needs of the key, a statement for each service. It may use the key through that service only.
 *
 * @throws Error for an action of which nobody has decided whether it needs the key
 */
export function keyUses(scope: Construct, keyArn: string, actions: Iterable<string>): KeyUse[] {
  const needed = new Map<string, Set<string>>();
  for (const action of actions) {
    const use = uses[action];
    if (use === undefined) {
      if (keylessActions.has(action)) continue;
      throw new Error(`${action}: lib/constructs/key-use.ts must decide whether it needs the key`);
    }
    const service = action.slice(0, action.indexOf(':'));
    const known = needed.get(service) ?? new Set();
    needed.set(service, known);
    for (const one of use) known.add(one);
  }
  return [...needed].map(([service, of]) => throughService(scope, keyArn, service, [...of]));
}

/** Uses of the key through one service. */
export const throughService = (
  scope: Construct,
  keyArn: string,
  service: string,
  actions: readonly string[],
): KeyUse => ({
  actions,
  resources: [keyArn],
  conditions: { StringEquals: { 'kms:ViaService': viaService(scope, service) } },
});
