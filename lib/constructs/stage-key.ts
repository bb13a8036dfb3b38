import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { LandingZone, PipelineSettings } from '../config/config-schema.ts';
import { isDirect, policySid } from '../config/principals.ts';
import { viaService } from './key-use.ts';
import { readersOf } from './readers.ts';

type Producers = Pick<PipelineSettings, 'producers'>;

/** What a service or a producer needs to encrypt, and to decrypt what it encrypted before. */
const encrypt = ['kms:GenerateDataKey', 'kms:Decrypt'];

/**
 * The key of a pipeline's data. It is in the stack of the state, because data without its key is lost.
 *
 * The policy of a given key is not the app's. So the template's metadata has the statements that it needs, as `KeyPolicy`.
 */
export function stageKey(
  stack: Stack,
  setting: LandingZone['key'],
  settings: Producers,
  removalPolicy: RemovalPolicy,
): IKey | undefined {
  if (setting === undefined) return undefined;
  const statements = keyPolicy(stack, settings);
  if (setting !== 'own') {
    stack.templateOptions.metadata = { KeyPolicy: statements.map((one) => one.toStatementJson()) };
    return Key.fromKeyArn(stack, 'Key', setting);
  }
  const key = new Key(stack, 'Key', {
    description: `Encrypts the data of ${stack.stackName}`,
    alias: `alias/${stack.stackName}`,
    enableKeyRotation: true,
    removalPolicy,
  });
  for (const statement of statements) key.addToResourcePolicy(statement);
  return key;
}

/**
 * Who uses the key beside the roles of its AWS account, which IAM policies admit.
 *
 * S3 and CloudWatch have no condition: AWS does not document that they send their source to KMS. The policies of the queue and
 * the topics name their source.
 */
function keyPolicy(stack: Stack, { producers }: Producers): PolicyStatement[] {
  const { account, partition, region, urlSuffix } = Stack.of(stack);
  const may = (sid: string, principals: IPrincipal[], actions: readonly string[], conditions?: object) =>
    new PolicyStatement({
      sid,
      principals,
      actions: [...actions],
      resources: ['*'],
      ...(conditions && { conditions }),
    });
  const arn = (service: string, resource: string) => `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const statements = [
    may('AlarmsToTopics', [new ServicePrincipal('cloudwatch.amazonaws.com')], encrypt),
    may('OutcomesToQueues', [new ServicePrincipal('sns.amazonaws.com')], encrypt, {
      ArnLike: { 'aws:SourceArn': arn('sns', '*') },
    }),
    may('FilesToQueue', [new ServicePrincipal('s3.amazonaws.com')], encrypt),
    may(
      'Logs',
      [new ServicePrincipal(`logs.${region}.${urlSuffix}`)],
      ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:DescribeKey'],
      { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn('logs', 'log-group:*') } },
    ),
  ];
  for (const producer of producers) {
    const sid = policySid(producer.source);
    const readers = readersOf(producer);
    if (readers.length > 0) {
      const services = [viaService(stack, 'sqs'), viaService(stack, 's3')];
      statements.push(may(sid, readers, encrypt, { StringEquals: { 'kms:ViaService': services } }));
    }
    for (const [index, principal] of producer.principals.entries()) {
      if (isDirect(principal) || !('service' in principal)) continue;
      const conditions = { ArnEquals: { 'aws:SourceArn': principal.sourceArn } };
      statements.push(may(`${sid}Z${index}`, [new ServicePrincipal(principal.service)], encrypt, conditions));
    }
  }
  return statements;
}
