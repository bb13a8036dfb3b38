import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { reservedConcurrency } from '../../../lib/config/rate/reserved-concurrency.ts';
import { plansOf } from '../../pipeline/configured-pipeline.ts';
import { n } from '../../words/words.ts';
import { type Check, failed, ok } from '../doctor/check.ts';
import { keptUnreserved } from '../doctor/lane-checks.ts';
import { isDeployed, type Site } from './site.ts';

const name = 'Lambda concurrency';

/** Whether the account's quota has room for what the stage's new stacks reserve. */
export async function checkConcurrency({ aws, pipelines, region, stacks }: Site): Promise<Check[]> {
  const { AccountLimit = {} } = await aws.lambda.send(new GetAccountSettingsCommand());
  const { ConcurrentExecutions: quota = 0, UnreservedConcurrentExecutions: unreserved = 0 } = AccountLimit;
  const deployed = (await stacks()).filter((one) => one.part === 'pipeline' && isDeployed(one));
  const isNew = ({ stackName }: { stackName: string }) => deployed.every((one) => one.name !== stackName);
  const reserved = pipelines
    .filter(isNew)
    .reduce((sum, one) => sum + reservedConcurrency(plansOf(one), one.settings), 0);
  const missing = reserved + keptUnreserved - unreserved;
  const words = `the stage reserves ${n(reserved)} more of ${n(unreserved)} unreserved environments (quota ${n(quota)}), and ${keptUnreserved} must stay unreserved`;
  if (reserved === 0) return [ok(name, `each pipeline of the stage is deployed, and has its environments`)];
  if (missing <= 0) return [ok(name, words)];
  const fix =
    `Request ${n(quota + missing)} at least (quota L-B99A9384): aws service-quotas request-service-quota-increase ` +
    `--service-code lambda --quota-code L-B99A9384 --desired-value ${quota + missing} --region ${region}`;
  return [failed(name, words, fix)];
}
