import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { StageSettings } from '../../../lib/config/config-schema.ts';
import { partitionOf } from '../../../lib/config/landing-zone.ts';
import { type Check, failed, ok, warning } from '../doctor/check.ts';

/** Where the credentials lead, and whether that is the stage's place. */
export interface Place {
  account: string;
  region: string;
  check: Check;
}

const name = 'AWS account and region';

/**
 * Holds the credentials against the stage. The other checks would read another account, so a failure ends the preflight.
 *
 * @throws the service's error if the credentials do not work
 */
export async function checkCredentials(
  sts: STSClient,
  { stageName, stage: { aws, landingZone } }: { stageName: string; stage: Pick<StageSettings, 'aws' | 'landingZone'> },
): Promise<Place> {
  const region = await sts.config.region();
  const { Account: account = '', Arn: arn = '' } = await sts.send(new GetCallerIdentityCommand());
  if (aws === undefined) {
    const words = `${account}, ${region}; the stage names none, so it goes where the credentials are`;
    const fix = `Set stages.${stageName}.aws, so that nobody deploys the stage to another place.`;
    return { account, region, check: warning(name, words, fix) };
  }
  if (account === aws.account) return { account, region, check: ok(name, `${account}, ${region}, as ${arn}`) };
  const words = `the credentials are of ${account} (${arn}), and stages.${stageName}.aws has ${aws.account}`;
  const role = `arn:${partitionOf(aws.region)}:iam::${aws.account}:role/cdk-${qualifierOf(landingZone)}-lookup-role-${aws.account}-${aws.region}`;
  const fix = aws.deployedFrom?.includes(account)
    ? `A preflight reads the stage’s own account. Use a role there: aws sts assume-role --role-session-name preflight --role-arn ${role}`
    : `Use credentials of ${aws.account}: set AWS_PROFILE, or sign in with: aws sso login`;
  return { account, region, check: failed(name, words, fix) };
}

/** The qualifier of the CDK's bootstrap stack: the CDK's own if the landing zone has none. */
export const qualifierOf = (zone: StageSettings['landingZone']) => zone?.bootstrapQualifier ?? 'hnb659fds';
