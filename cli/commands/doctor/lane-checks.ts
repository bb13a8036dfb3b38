import {
  GetAccountSettingsCommand,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import type { ControlReading } from '../../../lambdas/domain/control/control-record.ts';
import type { WorkerPlan } from '../../../lib/config/rate/worker-plan.ts';
import { isFresh } from '../../pipeline/control-freshness.ts';
import type { LaneAtWork, LaneWorker } from '../../pipeline/lanes-at-work.ts';
import { durationWords, n } from '../../words/words.ts';
import { type Check, failed, ok, warning } from './check.ts';

/** Lambda keeps this many environments unreserved in every account. */
export const keptUnreserved = 100;

/** @param reserved environments that all pipelines of the stage reserve together */
export async function checkConcurrency(lambda: Pick<LambdaClient, 'send'>, reserved: number): Promise<Check> {
  const { AccountLimit = {} } = await lambda.send(new GetAccountSettingsCommand());
  const { ConcurrentExecutions: quota = 0 } = AccountLimit;
  const words = `the stage reserves ${n(reserved)} environments of ${n(quota)}, and ${keptUnreserved} must stay unreserved`;
  if (reserved + keptUnreserved <= quota) return ok('Lambda concurrency', words);
  const fix = `Request at least ${n(reserved + keptUnreserved)}: Service Quotas, AWS Lambda, “Concurrent executions”.`;
  return failed('Lambda concurrency', words, fix);
}

export function checkControl({ control, corrupt }: ControlReading, nowMilliseconds: number): Check {
  const name = 'control record';
  const fix = 'See the log of the function that the output GovernorFunctionName names, and the alarm governor-silent.';
  if (corrupt) return failed(name, 'cannot be read: the governor replaces it within a minute', fix);
  if (control === undefined) return failed(name, 'does not exist: the governor has not run', fix);
  const ago =
    control.governedAt === 0 ? 'never' : `${durationWords((nowMilliseconds - control.governedAt) / 1000)} ago`;
  if (!isFresh(control, nowMilliseconds)) return failed(name, `the governor last ran ${ago}`, fix);
  if (control.quota !== undefined) return ok(name, `written ${ago}`);
  return warning(name, `written ${ago}, without a quota: no poll has succeeded`, fix);
}

/** Checks the mapping that feeds TTL deletions to the expiry intake. While it is off, nothing is measured and no alarm goes off. */
export function checkIntake(lambda: Pick<LambdaClient, 'send'>, mappingId: string): Promise<Check> {
  const fix = 'See the runbook, expiry-intake-late. While the mapping is off, the ledger loses links that still live.';
  return checkFeeding(lambda, mappingId, 'mapping expiry-intake', fix);
}

/** Checks that a mapping is on, and that Lambda can work with it. */
export async function checkFeeding(
  lambda: Pick<LambdaClient, 'send'>,
  mappingId: string,
  name: string,
  fix: string,
): Promise<Check> {
  const mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID: mappingId }));
  const { State: state = 'unknown', LastProcessingResult: result } = mapping;
  if (!isOn(state)) return failed(name, state.toLowerCase(), fix);
  if (result?.startsWith('PROBLEM') === true) return failed(name, `enabled, but Lambda reports ${result}`, fix);
  return ok(name, state.toLowerCase());
}

/** Checks that only one tool reads at a time. With more environments, the reader would send above its share. */
export async function checkReader(lambda: Pick<LambdaClient, 'send'>, functionName: string): Promise<Check> {
  const asked = new GetFunctionConcurrencyCommand({ FunctionName: functionName });
  const { ReservedConcurrentExecutions: reserved } = await lambda.send(asked);
  if (reserved === 1) return ok('reader', 'reserves one environment');
  const words = `reserves ${reserved ?? 'no'} environments, and must reserve one`;
  return failed(
    'reader',
    words,
    'Somebody changed it by hand. Deploy the pipeline again: npx cdk deploy --all -c stage=<stage>',
  );
}

const isOn = (state: string) => ['Enabled', 'Enabling', 'Creating', 'Updating'].includes(state);

/** The planned worker of each lane. A lane that the configuration does not have has no entry. */
export type Plans = ReadonlyMap<string, WorkerPlan>;

/** Compares each mapping with its function, the configuration and the control record. */
export async function checkMappings(
  lambda: Pick<LambdaClient, 'send'>,
  lanes: readonly LaneAtWork[],
  plans: Plans,
  reading: ControlReading,
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const lane of lanes) {
    const paused = reading.control?.lanes[lane.name]?.state === 'paused';
    for (const worker of lane.workers) {
      checks.push(await checkMapping(lambda, lane.name, worker, plans.get(lane.name), paused));
    }
  }
  return checks;
}

async function checkMapping(
  lambda: Pick<LambdaClient, 'send'>,
  lane: string,
  { mappingId }: LaneWorker,
  plan: WorkerPlan | undefined,
  paused: boolean,
): Promise<Check> {
  const name = `mapping ${lane}`;
  const mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID: mappingId }));
  const { State: state = 'unknown', BatchSize: batchSize, ScalingConfig, FunctionArn: FunctionName } = mapping;
  const { ReservedConcurrentExecutions: reserved } = await lambda.send(
    new GetFunctionConcurrencyCommand({ FunctionName }),
  );
  const maximum = ScalingConfig?.MaximumConcurrency;
  const standing = `${state.toLowerCase()}, batches of ${batchSize}, ${maximum ?? 'any number'} at once`;
  const deploy = 'Somebody changed it by hand. Deploy the pipeline again: npx cdk deploy --all -c stage=<stage>';
  if (maximum === undefined || maximum !== reserved) {
    const words = `${standing}, but the function reserves ${reserved ?? 'none'}: messages would be throttled into dead letters`;
    return failed(name, words, deploy);
  }
  if (plan !== undefined && (batchSize !== plan.batchSize || maximum !== plan.concurrency)) {
    const words = `${standing}; the configuration has batches of ${plan.batchSize}, ${plan.concurrency} at once`;
    return warning(name, words, 'Run the doctor from the deployed checkout, or deploy this one.');
  }
  if (isOn(state) !== paused) return ok(name, standing);
  const laneState = paused ? 'the lane is paused' : 'the lane is not paused';
  return warning(
    name,
    `${standing}, but ${laneState}`,
    'The governor corrects it within a minute. If not, see its log.',
  );
}
