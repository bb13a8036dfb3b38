import type { Template } from 'aws-cdk-lib/assertions';

/**
 * Types whose replacement loses something: data, messages, subscriptions, or an address that others know. Each with the
 * properties whose change makes CloudFormation replace the resource. Of a secret, a change of its first value generates a new
 * value in the same resource.
 */
const replacing: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': [
    'TableName',
    'KeySchema',
    'AttributeDefinitions',
    'LocalSecondaryIndexes',
    'ImportSourceSpecification',
  ],
  'AWS::S3::Bucket': ['BucketName', 'ObjectLockEnabled'],
  'AWS::SecretsManager::Secret': ['Name', 'GenerateSecretString', 'SecretString'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SNS::Subscription': ['TopicArn', 'Protocol', 'Endpoint'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::ApiGateway::RestApi': [],
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 'Path'],
};

/** A resource that an upgrade must keep: its type, and the properties whose change would replace it. */
export interface Stateful {
  readonly type: string;
  readonly replacing: Readonly<Record<string, unknown>>;
}

/** The stateful resources of a template, by logical ID. */
export function statefulIn(template: Template): Record<string, Stateful> {
  const resources: Record<string, { Type: string; Properties?: Record<string, unknown> }> = template.toJSON().Resources;
  const found = Object.entries(resources).flatMap(([id, { Type: type, Properties = {} }]) => {
    const names = replacing[type];
    if (names === undefined) return [];
    const kept = names.filter((name) => Properties[name] !== undefined).map((name) => [name, Properties[name]]);
    return [[id, { type, replacing: Object.fromEntries(kept) }] as const];
  });
  return Object.fromEntries(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What an upgrade would replace or lose, a sentence each. New resources are no fault. */
export function lostBy(
  before: Readonly<Record<string, Stateful>>,
  after: Readonly<Record<string, Stateful>>,
): string[] {
  return Object.entries(before).flatMap(([id, was]) => {
    const is = after[id];
    if (is === undefined) return [`${id} (${was.type}) is gone: a new logical ID makes a new, empty resource`];
    if (is.type !== was.type) return [`${id} is ${is.type}, and was ${was.type}`];
    const names = [...new Set([...Object.keys(was.replacing), ...Object.keys(is.replacing)])];
    return names
      .filter((name) => JSON.stringify(was.replacing[name]) !== JSON.stringify(is.replacing[name]))
      .map((name) => `${id} (${was.type}) changes ${name}, and CloudFormation would replace it`);
  });
}
