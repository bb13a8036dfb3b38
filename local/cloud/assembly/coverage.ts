import { z } from 'zod';
import { attachedPolicyProperties, permissionProperties, policyDocument, roleProperties } from '../access/policies.ts';
import { apiGatewayCoverages } from '../api-gateway/coverage.ts';
import { aliasProperties } from '../lambda/aliases.ts';
import { eventSourceMappingProperties } from '../lambda/event-source-mapping.ts';
import { functionProperties } from '../lambda/function-configuration.ts';
import { streamMappingProperties } from '../lambda/stream-mapping.ts';
import type { NoticeBoard } from '../notices.ts';
import { ruleProperties, targetProperties } from '../schedules/schedules.ts';
import { documentProperties } from '../services/automation/documents.ts';
import { secretProperties } from '../services/secret-values.ts';
import { bucketProperties } from '../storage/buckets.ts';
import { queueProperties } from '../storage/queues.ts';
import { tableProperties } from '../storage/tables.ts';
import { subscriptionProperties, topicProperties } from '../storage/topics.ts';
import { alarmProperties } from '../telemetry/alarms.ts';
import { logGroupProperties } from '../telemetry/logs-api.ts';
import type { Deployment } from './deployment.ts';

export interface Coverage {
  /** Its keys, at every depth, are the implemented properties. For a literal, that value alone is implemented. */
  readonly carriedOut: z.ZodObject;
  /** Properties without effect here that make no difference, and why. `Target.RoleArn` is a property of a property. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** Properties without effect here that make a difference, and which. */
  readonly differs?: Readonly<Record<string, string>>;
}

const tags = { Tags: 'tags do not change behaviour' };
const network = 'functions have the network of this machine';
const trust = 'nobody assumes a role here: each function has its own';
const encryption = 'nothing is encrypted: data stays in the memory of this machine';
const unretried = 'a failed invocation is not retried';
const atOnce = 'an invocation does not wait';
const withoutRetries = z.looseObject({ MaximumRetryAttempts: z.literal(0).optional() });
const protection = 'the local cloud keeps nothing when it stops';

function under(path: string, properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([name, why]) => [`${path}.${name}`, why]));
}

const coverages: Readonly<Record<string, Coverage>> = {
  ...apiGatewayCoverages,
  'AWS::SQS::Queue': {
    carriedOut: queueProperties,
    leftOut: {
      ...tags,
      KmsMasterKeyId: encryption,
      KmsDataKeyReusePeriodSeconds: encryption,
      SqsManagedSseEnabled: encryption,
      RedriveAllowPolicy: 'a queue takes the dead letters of every queue that names it',
    },
  },
  'AWS::SNS::Topic': {
    carriedOut: topicProperties,
    leftOut: { ...tags, KmsMasterKeyId: encryption, TracingConfig: 'nothing is traced' },
  },
  'AWS::SNS::Subscription': {
    carriedOut: subscriptionProperties,
    leftOut: { Region: 'there is one region' },
  },
  'AWS::DynamoDB::Table': {
    carriedOut: tableProperties,
    leftOut: {
      ...tags,
      PointInTimeRecoverySpecification: protection,
      DeletionProtectionEnabled: protection,
      SSESpecification: encryption,
      ContributorInsightsSpecification: 'there is no Contributor Insights',
      'GlobalSecondaryIndexes.ContributorInsightsSpecification': 'there is no Contributor Insights',
      WarmThroughput: 'throughput is not limited here',
      OnDemandThroughput: 'throughput is not limited here',
      TableClass: 'it changes only the price',
    },
    differs: {
      StreamSpecification: 'the stream has only deletions of expired items, not what clients insert, modify or remove',
    },
  },
  'AWS::S3::Bucket': {
    carriedOut: bucketProperties,
    leftOut: {
      ...tags,
      BucketEncryption: encryption,
      PublicAccessBlockConfiguration: "an unsigned request is the operator's",
      OwnershipControls: 'objects have no owners',
      LifecycleConfiguration: protection,
      LoggingConfiguration: 'there are no access logs',
    },
    differs: {
      ...under('NotificationConfiguration', {
        TopicConfigurations: 'events go to queues only',
        LambdaConfigurations: 'events go to queues only',
        EventBridgeConfiguration: 'events go to queues only',
      }),
    },
  },
  'AWS::SecretsManager::Secret': {
    carriedOut: secretProperties,
    leftOut: { ...tags, KmsKeyId: encryption, ReplicaRegions: 'there is one region' },
  },
  'AWS::Lambda::Function': {
    carriedOut: functionProperties,
    leftOut: {
      ...tags,
      Description: 'it does not change behaviour',
      KmsKeyArn: encryption,
      VpcConfig: network,
      'Code.S3Bucket': 'assets are read from the assembly',
      Architectures: "functions run on this machine's processor",
      ...under('LoggingConfig', {
        LogFormat: 'the output of functions is stored unchanged',
        ApplicationLogLevel: 'the output of functions is stored unchanged',
        SystemLogLevel: 'Lambda itself logs only failures here',
      }),
      TracingConfig: 'nothing is traced',
      RuntimeManagementConfig: 'functions run on the Node.js that runs the local cloud',
      EphemeralStorage: "functions see this machine's /tmp",
      RecursiveLoop: 'loops are not detected',
    },
  },
  'AWS::Lambda::Alias': {
    carriedOut: aliasProperties,
    leftOut: {
      Description: 'it does not change behaviour',
      ProvisionedConcurrencyConfig: 'environments start in milliseconds here',
    },
    differs: { RoutingConfig: 'a function has one version here' },
  },
  // Event source mappings of queues and of streams. Each kind has properties that the other lacks.
  'AWS::Lambda::EventSourceMapping': {
    carriedOut: eventSourceMappingProperties.extend(streamMappingProperties.shape),
    leftOut: { ...tags, ParallelizationFactor: 'a stream has one shard, and its batches run one after the other' },
  },
  'AWS::Lambda::EventInvokeConfig': {
    carriedOut: withoutRetries,
    leftOut: {
      FunctionName: 'no function is retried',
      Qualifier: 'functions have one version',
      MaximumEventAgeInSeconds: atOnce,
    },
    differs: { MaximumRetryAttempts: unretried, DestinationConfig: 'nothing is sent to a destination' },
  },
  'AWS::Events::Rule': {
    carriedOut: ruleProperties.extend({ Targets: z.array(targetProperties.extend({ RetryPolicy: withoutRetries })) }),
    leftOut: {
      ...tags,
      RoleArn: trust,
      Description: 'it does not change behaviour',
      'Targets.RoleArn': trust,
      'Targets.RetryPolicy.MaximumEventAgeInSeconds': atOnce,
    },
    differs: {
      EventPattern: 'rules on events never fire',
      'Targets.RetryPolicy.MaximumRetryAttempts': unretried,
    },
  },
  'AWS::IAM::Role': {
    carriedOut: roleProperties,
    leftOut: {
      ...tags,
      'Policies.PolicyName': 'it is only a name',
      AssumeRolePolicyDocument: trust,
      Description: 'it does not change behaviour',
      Path: 'it is not a part of the ARN here',
      MaxSessionDuration: 'a session does not end',
    },
    differs: { PermissionsBoundary: 'it restricts nothing' },
  },
  'AWS::IAM::Policy': {
    carriedOut: attachedPolicyProperties,
    leftOut: { PolicyName: 'it is only a name' },
    differs: { Users: 'the policies of users are not enforced', Groups: 'the policies of groups are not enforced' },
  },
  'AWS::IAM::ManagedPolicy': {
    carriedOut: attachedPolicyProperties,
    leftOut: {
      ManagedPolicyName: 'it is only a name',
      Description: 'it does not change behaviour',
      Path: 'it is only a name',
    },
    differs: { Users: 'the policies of users are not enforced', Groups: 'the policies of groups are not enforced' },
  },
  'AWS::Logs::LogGroup': {
    carriedOut: logGroupProperties,
    leftOut: { ...tags, KmsKeyId: encryption, LogGroupClass: 'it changes the price, and what its queries can do' },
    differs: {
      DataProtectionPolicy: 'nothing is masked',
      FieldIndexPolicies: 'nothing is indexed',
      ResourcePolicyDocument: 'a policy of a log group is not enforced',
    },
  },
  'AWS::SQS::QueuePolicy': {
    carriedOut: z.looseObject({ PolicyDocument: policyDocument, Queues: z.array(z.string()) }),
    leftOut: {},
  },
  'AWS::SNS::TopicPolicy': {
    carriedOut: z.looseObject({ PolicyDocument: policyDocument, Topics: z.array(z.string()) }),
    leftOut: {},
  },
  'AWS::S3::BucketPolicy': {
    carriedOut: z.looseObject({ PolicyDocument: policyDocument, Bucket: z.string() }),
    leftOut: {},
  },
  'AWS::SecretsManager::ResourcePolicy': {
    carriedOut: z.looseObject({ ResourcePolicy: policyDocument, SecretId: z.string() }),
    leftOut: { BlockPublicPolicy: 'a policy is not checked when it is put' },
  },
  'AWS::Lambda::Permission': {
    carriedOut: permissionProperties,
    leftOut: {},
    differs: { PrincipalOrgID: 'there is no organisation', FunctionUrlAuthType: 'functions have no URL' },
  },
  'AWS::SSM::Document': {
    carriedOut: documentProperties,
    leftOut: {
      ...tags,
      UpdateMethod: 'the local cloud creates everything once',
      VersionName: 'a document has one version here',
    },
  },
  'AWS::CloudWatch::Alarm': {
    carriedOut: alarmProperties,
    leftOut: {
      ...tags,
      Unit: 'values of different units are not separated',
      'Metrics.MetricStat.Unit': 'values of different units are not separated',
      'Metrics.Label': 'there is no console',
      'Metrics.Period': 'a datapoint of an expression has the period of its metrics',
      EvaluateLowSampleCountPercentile: 'percentiles of few values are evaluated like others',
    },
  },
};

/** Types that have no effect here and make no difference, and why. */
const leftOutTypes: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Dashboard': 'there is no console, but the metrics are stored',
  'AWS::ApiGateway::Account': 'there are no execution logs',
  'AWS::KMS::Key': encryption,
  'AWS::KMS::Alias': encryption,
  'AWS::EC2::SecurityGroup': network,
  'AWS::EC2::VPCEndpoint': network,
  'AWS::CDK::Metadata': 'it only describes the app',
};

/** Adds a notice for every resource type and property of a deployment that is not implemented here. */
export function noteCoverage(deployment: Deployment, notices: NoticeBoard): void {
  for (const resource of deployment.resources()) {
    const { type, where } = resource;
    const harmless = leftOutTypes[type];
    const coverage = coverages[type];
    if (harmless !== undefined) notices.add('left-out', type, harmless, where);
    else if (!coverage) notices.add('warning', type, 'this type of resource is not known here', where);
    else {
      for (const path of uncovered(deployment.resolved(resource), coverage.carriedOut)) {
        const why = coverage.leftOut[path];
        const differs = coverage.differs?.[path] ?? 'this property is not known here';
        notices.add(why === undefined ? 'warning' : 'left-out', `${type}.${path}`, why ?? differs, where);
      }
    }
  }
}

/**
 * The paths of the properties that the schema does not have, and of those whose value is not its literal (`''`:
 * itself).
 */
function uncovered(value: unknown, schema: unknown): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNonOptional) {
    return uncovered(value, schema.unwrap());
  }
  // A transformation: its input has the template's form.
  if (schema instanceof z.ZodPipe) return uncovered(value, schema.in);
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((entry) => uncovered(entry, schema.element));
  }
  if (schema instanceof z.ZodLiteral) return schema.values.has(value as never) ? [] : [''];
  if (!(schema instanceof z.ZodObject) || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name in schema.shape
      ? uncovered(inner, schema.shape[name]).map((path) => (path === '' ? name : `${name}.${path}`))
      : [name],
  );
}
