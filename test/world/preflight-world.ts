import { onTestFinished, vi } from 'vitest';
import { preflight } from '../../cli/commands/preflight/run.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { inZone } from '../stack/strict-stage.ts';
import { type Answers, awsAccount, missing } from './aws-account.ts';

/** The roles and users of the sample's producers, as IAM shows them. */
export const roles: Answers = {
  GetRole: {
    xml: '<Role><Path>/</Path><RoleName>crm</RoleName><RoleId>AROAEXAMPLEOFCRMROLE1</RoleId><Arn>arn:aws:iam::111122223333:role/crm</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role>',
  },
  GetUser: {
    xml: '<User><Path>/</Path><UserName>product</UserName><UserId>AIDAEXAMPLEPRODUCTUSR</UserId><Arn>arn:aws:iam::111122223333:user/product</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></User>',
  },
};

/** What the preflight finds in an AWS account, by the names of the checks: `failed`, with its words and its fix. */
export async function found(answers: Answers = {}, configuration: Configuration = inZone({})) {
  const { environment } = await awsAccount({ ...roles, ...answers }, onTestFinished);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const checks = [];
  const asked = { configuration, file: 'the configuration', stageName: 'production' };
  for await (const check of preflight(asked, new AbortController().signal)) checks.push(check);
  return checks;
}

export const briefly = (checks: Awaited<ReturnType<typeof found>>, name: string) =>
  checks.filter((one) => one.name === name).map(({ result, words, fix }) => [result, words, fix ?? '']);
export const stackIn = (status: string, isProtected: boolean): Answers => ({
  DescribeStacks: ({ StackName }) =>
    StackName === 'OneLink-production'
      ? {
          xml: `<Stacks><member><StackName>${StackName}</StackName><StackStatus>${status}</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><EnableTerminationProtection>${isProtected}</EnableTerminationProtection></member></Stacks>`,
        }
      : missing.stack(StackName),
});
