import type { Configuration } from '../../../lib/config/config-schema.ts';
import { configuredPipelines } from '../../pipeline/configured-pipeline.ts';
import { OperatorError } from '../../words/operator-error.ts';
import type { Check } from '../doctor/check.ts';
import { checkAccessLogs } from './access-logs-check.ts';
import { checkAlarms } from './alarms-check.ts';
import { checkBootstrap } from './bootstrap-check.ts';
import { checkBoundary } from './boundary-check.ts';
import { checkConcurrency } from './concurrency-check.ts';
import { checkCredentials } from './credentials-check.ts';
import { checkExisting } from './existing-check.ts';
import { checkKeys } from './key-check.ts';
import { checkLeftovers } from './leftovers-check.ts';
import { checkNames } from './names-check.ts';
import { checkNetwork } from './network-check.ts';
import { checkPrincipals } from './principals-check.ts';
import { checkQuotas } from './quotas-check.ts';
import { checkReplica } from './replica-check.ts';
import { clientsOf, identityClient, type Site, type StackState } from './site.ts';
import { checkStacks, readStacks, showNext } from './stacks-check.ts';
import { checkToken } from './token-check.ts';
import { unlessUnanswered } from './unless-unanswered.ts';

type SiteCheck = (site: Site) => Promise<Check[]>;

/** Each check, with its name and the permissions that it needs, in the order of the output. */
export const siteChecks: readonly (readonly [name: string, asked: readonly string[], check: SiteCheck])[] = [
  ['CDK bootstrap', ['ssm:GetParameter'], checkBootstrap],
  ['stacks', ['cloudformation:DescribeStacks'], checkStacks],
  ['Lambda concurrency', ['lambda:GetAccountSettings', 'cloudformation:DescribeStacks'], checkConcurrency],
  [
    'quotas',
    ['ssm:ListDocuments', 'iam:GetAccountSummary', 'lambda:GetAccountSettings', 'ec2:DescribeVpcEndpoints'],
    checkQuotas,
  ],
  [
    'names',
    ['cloudwatch:DescribeAlarms', 'cloudwatch:ListDashboards', 'secretsmanager:DescribeSecret', 'kms:DescribeKey'],
    checkNames,
  ],
  [
    'leftovers',
    [
      'cloudformation:ListStacks',
      'cloudformation:ListStackResources',
      'dynamodb:DescribeTable',
      's3:ListBucket',
      'logs:DescribeLogGroups',
      'sqs:GetQueueAttributes',
    ],
    checkLeftovers,
  ],
  ['existing', ['dynamodb:DescribeTable', 's3:ListBucket', 'secretsmanager:DescribeSecret'], checkExisting],
  ['producers', ['iam:GetRole', 'iam:GetUser'], checkPrincipals],
  ['permissions boundary', ['iam:GetPolicy'], checkBoundary],
  ['keys', ['kms:DescribeKey'], checkKeys],
  ['replica', ['sts:GetCallerIdentity'], checkReplica],
  [
    'network',
    [
      'ec2:DescribeVpcs',
      'ec2:DescribeSubnets',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeRouteTables',
      'ec2:DescribeVpcEndpoints',
      'ec2:DescribeVpcAttribute',
    ],
    checkNetwork,
  ],
  [
    'access-log bucket',
    [
      's3:ListBucket',
      's3:GetBucketPolicy',
      's3:GetBucketAcl',
      's3:GetEncryptionConfiguration',
      's3:GetBucketObjectLockConfiguration',
    ],
    checkAccessLogs,
  ],
  ['AppsFlyer token', ['cloudformation:DescribeStackResource', 'secretsmanager:DescribeSecret'], checkToken],
  ['alarms', ['sns:GetTopicAttributes'], checkAlarms],
  ['to deploy', ['cloudformation:DescribeStacks'], showNext],
];

/**
 * Runs all checks of a stage at once. It yields their findings in a fixed order. If the credentials are of another AWS account, it
 * ends after that finding.
 *
 * @throws OperatorError if the configuration has no such stage; the service's error if the credentials do not work
 */
export async function* preflight(
  { configuration, file, stageName }: { configuration: Configuration; file: string; stageName: string },
  interrupted: AbortSignal,
): AsyncGenerator<Check> {
  const stage = Object.hasOwn(configuration.stages, stageName) ? configuration.stages[stageName] : undefined;
  if (stage === undefined) {
    const known = Object.keys(configuration.stages).join(', ');
    throw new OperatorError(`--stage: must be one of the stages of ${file} (${known}); got ${stageName}`);
  }
  const { account, region, check } = await checkCredentials(identityClient(stage.aws?.region), { stageName, stage });
  yield check;
  if (check.result === 'failed') return;
  const pipelines = configuredPipelines(configuration).filter((one) => one.stage === stageName);
  const aws = clientsOf(region);
  let reading: Promise<StackState[]> | undefined;
  const stacks = () => (reading ??= readStacks(aws.cloudFormation, pipelines));
  const site: Site = { stageName, stage, zone: stage.landingZone ?? {}, pipelines, account, region, aws, stacks };
  const running = siteChecks.map(([name, asked, one]) => unlessUnanswered(name, asked.join(', '), () => one(site)));
  // Without its connections, the program ends at once.
  const disconnect = () => {
    for (const client of Object.values(aws)) client.destroy();
  };
  interrupted.addEventListener('abort', disconnect, { once: true });
  for await (const checks of upTo(interrupted, running)) yield* checks;
}

/** The results in their order, until an interruption. */
async function* upTo<Result>(interrupted: AbortSignal, running: readonly Promise<Result>[]): AsyncGenerator<Result> {
  const ended = new Promise<undefined>((resolve) => {
    interrupted.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  // A later one may fail while an earlier one runs.
  for (const one of running) one.catch(() => {});
  for (const one of running) {
    const result = await Promise.race([one, ended]);
    if (interrupted.aborted || result === undefined) return;
    yield result;
  }
}
