import { DescribeVpcEndpointsCommand } from '@aws-sdk/client-ec2';
import { GetAccountSummaryCommand } from '@aws-sdk/client-iam';
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { paginateListDocuments } from '@aws-sdk/client-ssm';
import { documentNamesOf, identitiesOf } from '../../pipeline/stage-needs.ts';
import { n } from '../../words/words.ts';
import { type Check, failed, ok, warning } from '../doctor/check.ts';
import { isDeployed, type Site } from './site.ts';
import { unlessUnanswered } from './unless-unanswered.ts';

/** "You can have at most 500 active SSM documents" in an AWS account and region (Systems Manager API reference, CreateDocument). */
const mostDocuments = 500;
/** Interface endpoints of one VPC, without a raise of the quota (Amazon VPC user guide, "Amazon VPC quotas"). */
const mostEndpoints = 50;
/** The interface endpoints that a stack with `endpoints` makes at most: lib/constructs/network.ts. */
const endpointsOfStack = 10;
/** The functions of a pipeline, and what a rollback needs. Each is a few MB. */
const codeMegabytes = 200;

/** The quotas of the AWS account, beside Lambda's concurrency, that a company's account can reach: of what the new stacks make. */
export async function checkQuotas(site: Site): Promise<Check[]> {
  const deployed = (await site.stacks()).filter((one) => one.part === 'pipeline' && isDeployed(one));
  const coming = site.pipelines.filter(({ stackName }) => deployed.every((one) => one.name !== stackName));
  if (coming.length === 0) return [];
  const found = await Promise.all([
    unlessUnanswered('SSM documents', 'ssm:ListDocuments', () => documents(site, coming)),
    unlessUnanswered('IAM', 'iam:GetAccountSummary', () => identities(site, coming)),
    unlessUnanswered('Lambda code', 'lambda:GetAccountSettings', () => code(site, coming.length)),
    unlessUnanswered('VPC endpoints', 'ec2:DescribeVpcEndpoints', () => endpoints(site)),
  ]);
  return found.flat();
}

async function documents({ stage, aws, region }: Site, coming: Site['pipelines']): Promise<Check[]> {
  const name = 'SSM documents';
  const needed = coming.flatMap(({ stackName }) => documentNamesOf(stackName, stage));
  if (needed.length === 0) return [];
  const existing: string[] = [];
  const own = { Filters: [{ Key: 'Owner', Values: ['Self'] }], MaxResults: 50 };
  for await (const { DocumentIdentifiers = [] } of paginateListDocuments({ client: aws.parameters }, own)) {
    existing.push(...DocumentIdentifiers.flatMap((one) => one.Name ?? []));
  }
  const taken = needed.filter((one) => existing.includes(one));
  if (taken.length > 0) {
    const words = `${n(taken.length)} of the stage’s names exist: ${taken.slice(0, 3).join(', ')}${taken.length > 3 ? ' and others' : ''}`;
    const fix = `If nobody needs them, delete each: aws ssm delete-document --region ${region} --name ${taken[0]}`;
    return [failed(name, words, fix)];
  }
  const free = mostDocuments - existing.length;
  const words = `the stage makes up to ${n(needed.length)}, and ${region} has ${n(existing.length)} of ${n(mostDocuments)}`;
  if (needed.length <= free) return [ok(name, words)];
  const fix =
    'Delete documents that nobody needs. Or set landingZone.documents to false, or alarms.runbookUrl, with which a pipeline makes 4.';
  return [failed(name, words, fix)];
}

async function identities({ aws }: Site, coming: Site['pipelines']): Promise<Check[]> {
  const { SummaryMap: summary = {} } = await aws.iam.send(new GetAccountSummaryCommand());
  const needs = coming.map(({ settings }) => identitiesOf(settings));
  const sum = (of: (one: (typeof needs)[number]) => number) => needs.reduce((total, one) => total + of(one), 0);
  return [
    identityCheck(
      'IAM roles',
      sum(({ roles }) => roles),
      summary.Roles,
      summary.RolesQuota,
      'L-FE177D64',
    ),
    identityCheck(
      'IAM policies',
      sum(({ policies }) => policies),
      summary.Policies,
      summary.PoliciesQuota,
      'L-E95E4862',
    ),
  ].flat();
}

function identityCheck(
  name: string,
  needed: number,
  used: number | undefined,
  quota: number | undefined,
  quotaCode: string,
): Check[] {
  if (used === undefined || quota === undefined) return [];
  const words = `the stage makes up to ${n(needed)}, and the account has ${n(used)} of ${n(quota)}`;
  if (used + needed <= quota) return [ok(name, words)];
  const fix =
    `Delete some, or request more: aws service-quotas request-service-quota-increase --region us-east-1 --service-code iam ` +
    `--quota-code ${quotaCode} --desired-value ${used + needed}`;
  return [failed(name, words, fix)];
}

async function code({ aws, region }: Site, pipelines: number): Promise<Check[]> {
  const { AccountLimit, AccountUsage } = await aws.lambda.send(new GetAccountSettingsCommand());
  const [limit, used] = [AccountLimit?.TotalCodeSize, AccountUsage?.TotalCodeSize];
  if (limit === undefined || used === undefined) return [];
  const megabytes = (bytes: number) => Math.floor(bytes / 1_048_576);
  const free = megabytes(limit - used);
  const name = 'Lambda code';
  const words = `${n(free)} MB of ${n(megabytes(limit))} are free for the code of functions in ${region}`;
  if (free >= codeMegabytes * pipelines) return [ok(name, words)];
  return [warning(name, words, 'Delete old versions and functions that nobody needs: Lambda counts each version.')];
}

/** Only a stage whose stack makes the endpoints of its VPC. */
async function endpoints({ zone, aws }: Site): Promise<Check[]> {
  const { vpcId, endpoints: made } = zone.network ?? {};
  if (vpcId === undefined || made === undefined) return [];
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'vpc-endpoint-type', Values: ['Interface'] },
  ];
  const { VpcEndpoints = [] } = await aws.ec2.send(new DescribeVpcEndpointsCommand({ Filters }));
  const words = `the stack makes up to ${endpointsOfStack}, and ${vpcId} has ${VpcEndpoints.length}`;
  if (VpcEndpoints.length + endpointsOfStack <= mostEndpoints) return [ok('VPC endpoints', words)];
  const fix = `Without a raise of the quota, a VPC has ${mostEndpoints} interface endpoints. Look it up: Service Quotas, Amazon VPC.`;
  return [warning('VPC endpoints', words, fix)];
}
