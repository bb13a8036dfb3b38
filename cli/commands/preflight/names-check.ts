import { DescribeAlarmsCommand, ListDashboardsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Check, failed, ok, warning } from '../doctor/check.ts';
import { isDeployed, type Site, type StackState, secretsIn } from './site.ts';
import { isMissing } from './unless-unanswered.ts';

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

async function pipelineNames({ aws, region }: Site, { name }: StackState): Promise<Check[]> {
  const [{ MetricAlarms = [] }, { DashboardEntries = [] }] = await Promise.all([
    aws.alarms.send(new DescribeAlarmsCommand({ AlarmNamePrefix: `${name}-` })),
    aws.alarms.send(new ListDashboardsCommand({ DashboardNamePrefix: name })),
  ]);
  const checks: Check[] = [];
  if (MetricAlarms.length > 0) {
    const shown = MetricAlarms.slice(0, 3).map((one) => one.AlarmName);
    const more = MetricAlarms.length > shown.length ? ' and others' : '';
    const fix = `If they are of no other system, delete them: aws cloudwatch delete-alarms --region ${region} --alarm-names ${MetricAlarms.map((one) => one.AlarmName).join(' ')}`;
    checks.push(warning('names', `alarms whose names begin with ${name}- exist: ${shown.join(', ')}${more}`, fix));
  }
  if (DashboardEntries.some((one) => one.DashboardName === name)) {
    const fix = `If nobody needs it, delete it: aws cloudwatch delete-dashboards --region ${region} --dashboard-names ${name}`;
    checks.push(failed('names', `the dashboard ${name} exists, and the stack will make one of this name`, fix));
  }
  return checks;
}

async function stateNames({ aws, zone, region }: Site, { name }: StackState): Promise<Check[]> {
  const checks: Check[] = [];
  // Without a prefix, CloudFormation names the secrets.
  for (const part of zone.namePrefix === undefined ? [] : ['ApiToken', 'LinkIdSecret', 'HttpKeys']) {
    checks.push(...(await secretName(aws.secrets, `${name}-${part}`, region)));
  }
  const replica = zone.linkIdSecretReplica;
  if (replica !== undefined && zone.namePrefix !== undefined) {
    checks.push(...(await secretName(secretsIn(replica.region), `${name}-LinkIdSecret`, replica.region)));
  }
  if (zone.key === 'own') {
    const alias = `alias/${name}`;
    try {
      await aws.keys.send(new DescribeKeyCommand({ KeyId: alias }));
      const fix = `If nobody needs it, delete the alias (the key stays): aws kms delete-alias --region ${region} --alias-name ${alias}`;
      checks.push(failed('names', `the key alias ${alias} exists, and the stack will make one of this name`, fix));
    } catch (error) {
      if (!isMissing(error, 'NotFoundException')) throw error;
    }
  }
  return checks;
}

async function secretName(secrets: SecretsManagerClient, id: string, region: string): Promise<Check[]> {
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
