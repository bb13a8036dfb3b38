import { DescribeAlarmsCommand, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Check, failed, ok, warning } from '../doctor/check.ts';
import { isDeployed, type Site, type StackState, secretsIn } from './site.ts';
import { isMissing, unlessUnanswered } from './unless-unanswered.ts';

/**
 * Whether somebody else has a name that the stacks will need. CloudFormation names tables, buckets, queues, topics, log groups,
 * functions and roles itself, each with random characters, so those are free in any case.
 */
export async function checkNames(site: Site): Promise<Check[]> {
  const missing = (await site.stacks()).filter((one) => !isDeployed(one));
  const found = await Promise.all(
    missing.map((stack) => (stack.part === 'state' ? stateNames(site, stack) : pipelineNames(site, stack))),
  );
  const checks = found.flat();
  return checks.length > 0 ? checks : [ok('names', 'none that the stacks need is taken')];
}

async function pipelineNames(site: Site, { name }: StackState): Promise<Check[]> {
  const parts = await Promise.all([
    unlessUnanswered('names', 'cloudwatch:DescribeAlarms', () => alarmNames(site, name)),
    unlessUnanswered('names', 'cloudwatch:ListDashboards', () => dashboardName(site, name)),
  ]);
  return parts.flat();
}

async function alarmNames({ aws, region }: Site, name: string): Promise<Check[]> {
  const { MetricAlarms = [] } = await aws.alarms.send(new DescribeAlarmsCommand({ AlarmNamePrefix: `${name}-` }));
  if (MetricAlarms.length === 0) return [];
  const names = MetricAlarms.map((one) => one.AlarmName);
  const more = names.length > 3 ? ' and others' : '';
  const fix = `If they are of no other system, delete them: aws cloudwatch delete-alarms --region ${region} --alarm-names ${names.join(' ')}`;
  return [
    warning('names', `alarms whose names begin with ${name}- exist: ${names.slice(0, 3).join(', ')}${more}`, fix),
  ];
}

async function dashboardName({ aws, region }: Site, name: string): Promise<Check[]> {
  const { DashboardEntries = [] } = await aws.alarms.send(new ListDashboardsCommand({ DashboardNamePrefix: name }));
  if (!DashboardEntries.some((one) => one.DashboardName === name)) return [];
  const fix = `If nobody needs it, delete it: aws cloudwatch delete-dashboards --region ${region} --dashboard-names ${name}`;
  return [failed('names', `the dashboard ${name} exists, and the stack will make one of this name`, fix)];
}

async function stateNames({ aws, zone, region }: Site, { name }: StackState): Promise<Check[]> {
  // Without a prefix, CloudFormation names the secrets.
  const secrets = zone.namePrefix === undefined ? [] : ['ApiToken', 'LinkIdSecret', 'HttpKeys'];
  const replica = zone.namePrefix === undefined ? undefined : zone.linkIdSecretReplica?.region;
  const searched = [
    ...secrets.map((part) => secretName(aws.secrets, `${name}-${part}`, region)),
    ...(replica === undefined ? [] : [secretName(secretsIn(replica), `${name}-LinkIdSecret`, replica)]),
    ...(zone.key === 'own' ? [aliasName(aws.keys, `alias/${name}`, region)] : []),
  ];
  return (await Promise.all(searched)).flat();
}

const aliasName = (keys: KMSClient, alias: string, region: string) =>
  unlessUnanswered('names', 'kms:DescribeKey', async () => {
    try {
      await keys.send(new DescribeKeyCommand({ KeyId: alias }));
      const fix = `If nobody needs it, delete the alias (the key stays): aws kms delete-alias --region ${region} --alias-name ${alias}`;
      return [failed('names', `the key alias ${alias} exists, and the stack will make one of this name`, fix)];
    } catch (error) {
      if (isMissing(error, 'NotFoundException')) return [];
      throw error;
    }
  });

const secretName = (secrets: SecretsManagerClient, id: string, region: string) =>
  unlessUnanswered('names', 'secretsmanager:DescribeSecret', () => takenSecret(secrets, id, region));

async function takenSecret(secrets: SecretsManagerClient, id: string, region: string): Promise<Check[]> {
  try {
    const { DeletedDate } = await secrets.send(new DescribeSecretCommand({ SecretId: id }));
    const aws = (words: string) => `aws secretsmanager ${words} --region ${region} --secret-id ${id}`;
    if (DeletedDate !== undefined) {
      const words = `the secret ${id} is deleted, and keeps its name until its recovery window ends`;
      const fix = `If nobody needs its value, end the window: ${aws('delete-secret --force-delete-without-recovery')}`;
      return [failed('names', words, fix)];
    }
    const fix = `${keepLinkIds} If no link was made with it: ${aws('delete-secret --force-delete-without-recovery')}`;
    return [failed('names', `the secret ${id} exists in ${region}, and the stack will make one of this name`, fix)];
  } catch (error) {
    if (isMissing(error, 'ResourceNotFoundException')) return [];
    throw error;
  }
}

const keepLinkIds =
  'A pipeline that made links needs its state again: import it (docs/deploying.md, “Repeat a first deployment”).';
