import * as z from 'zod';
import { choice, group, hostPattern, list, portPattern, rule, text } from './setting-rules.ts';

/** What a company demands of everything in its AWS accounts. landing-zone.ts holds how the settings must fit together. */

export const awsAccountId = text(/^\d{12}$/, 'must be an AWS account ID: 12 digits');
export const awsRegion = text(/^[a-z]{2,4}(?:-[a-z]+)+-\d$/, 'must be an AWS region, such as eu-central-1');

// An alias will not do: Lambda and CloudWatch Logs take the ARN of a key only.
const keyArn = /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/;
const keyArnRule = 'the ARN of a KMS key (arn:…:key/…, not an alias)';

/** S3 reserves the starts and ends, and refuses an IP address (naming rules of general purpose buckets). */
const bucketName =
  /^(?!xn--|sthree-|amzn-s3-demo-|\d+\.\d+\.\d+\.\d+$|.*\.\.|.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const network = group({
  vpcId: text(/^vpc-[0-9a-f]{8,17}$/, 'must be the ID of a VPC: vpc-…'),
  /** Private subnets with a route to the AppsFlyer API, or to the proxy. */
  subnetIds: list(text(/^subnet-[0-9a-f]{8,17}$/, 'must be the ID of a subnet: subnet-…'), 'subnet IDs')
    .min(1, 'must name at least one subnet')
    .max(16, 'must name at most 16 subnets (Lambda)'),
  /** Without it, the stack makes a group that lets nothing in, and HTTPS and the proxy’s port out. */
  securityGroupIds: list(text(/^sg-[0-9a-f]{8,17}$/, 'must be the ID of a security group: sg-…'), 'security group IDs')
    .min(1, 'must name at least one security group')
    .max(5, 'must name at most five security groups (Lambda)')
    .optional(),
  /** Makes the VPC endpoints that the functions need. Without it, the VPC must have them, or a NAT gateway. */
  endpoints: group({
    /** The route tables of the subnets, for the gateway endpoints of DynamoDB and S3. */
    routeTableIds: list(
      text(/^rtb-[0-9a-f]{8,17}$/, 'must be the ID of a route table: rtb-…'),
      'route table IDs (rtb-…)',
    ).min(1, 'must name at least one route table'),
  }).optional(),
  /** The proxy for calls to the AppsFlyer API, and no others. A password would stand in the template. */
  apiProxyUrl: text(
    new RegExp(`^http://${hostPattern}:${portPattern}$`),
    'must be http://host:port of a proxy that supports CONNECT, with a port up to 65535 and without a user name and password',
  ).optional(),
});

export const landingZoneSchema = group({
  /** The permissions boundary of every role. */
  permissionsBoundary: text(
    /^arn:[\w-]+:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/,
    'must be the ARN of a managed policy',
  ).optional(),
  /** The path of every role and managed policy. */
  iamPath: text(/^\/(?:[\w+=,.@-]{1,64}\/){1,7}$/, 'must be an IAM path, such as /onelink/').optional(),
  /** Begins the names of stacks, and so of what CloudFormation names; of alarms, dashboards, APIs and secrets. */
  namePrefix: text(
    // CloudFormation writes the names of buckets in lower case, and S3 reserves this start.
    /^(?!sthree-$)[A-Za-z][A-Za-z0-9]{0,14}-$/i,
    'must be 1–15 letters and digits, a letter first, and a dash at the end, and not sthree-',
  ).optional(),
  /**
   * The qualifier of the CDK’s bootstrap stack. Its pattern (`Qualifier` in the CDK’s bootstrap template) permits ten signs. The
   * names of its bucket and its image repository permit fewer of them.
   */
  bootstrapQualifier: text(
    /^(?=.{1,10}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
    'must be 1–10 lower-case letters and digits, with single dashes between them, because it is in the name of a bucket',
  ).optional(),
  /** Gets the access logs of all buckets. */
  accessLogBucket: text(bucketName, 'must be the name of an S3 bucket').optional(),
  /** A copy of the link-ID secret in another region. */
  linkIdSecretReplica: group({
    region: awsRegion,
    keyArn: text(keyArn, `must be ${keyArnRule}`).optional(),
  }).optional(),
  /** Whether queues, with their messages, stay when their stack is deleted. */
  keepQueues: z.boolean().optional(),
  /** Encrypts everything. `own` makes a key for each pipeline. */
  key: rule<string>(
    (value) => value === 'own' || (typeof value === 'string' && keyArn.test(value)),
    `must be 'own', or ${keyArnRule}`,
  ).optional(),
  /** Of the functions. */
  architecture: choice('arm64', 'x86_64').optional(),
  network: network.optional(),
  /** Whether the stack has SSM documents: the runbook, and acts for a browser. It has them by default. */
  documents: z.boolean('must be true or false').optional(),
});
