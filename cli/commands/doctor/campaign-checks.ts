import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { counted, durationWords } from '../../words/words.ts';
import { sizeOf } from '../dead-letters/dead-letter-queues.ts';
import { type Check, failed, ok, warning } from './check.ts';
import { checkFeeding } from './lane-checks.ts';

/** Checks the mapping that feeds dropped files to their check. While it is off, no campaign begins, and no alarm goes off. */
export function checkCampaignMapping(lambda: Pick<LambdaClient, 'send'>, mappingId: string): Promise<Check> {
  const fix = 'Turn it on: aws lambda update-event-source-mapping --enabled --uuid ID. Until then, dropped files wait.';
  return checkFeeding(lambda, mappingId, 'mapping campaign-checker', fix.replace('ID', mappingId));
}

/** Whether a file or a step of a check is a dead letter. Then a campaign stands still in its check. */
export async function checkCampaignLetters(sqs: Pick<SQSClient, 'send'>, deadLettersUrl: string): Promise<Check> {
  const name = 'files of campaigns';
  const { waiting, held } = await sizeOf(sqs, { url: deadLettersUrl });
  if (waiting + held === 0) return ok(name, 'none is a dead letter');
  return failed(
    name,
    `${counted(waiting + held, 'message')} to the check ${waiting + held === 1 ? 'is a dead letter' : 'are dead letters'}`,
    'Fix the cause, see the log of the campaign checker. Then run: onelink dead-letters redrive --queue campaigns',
  );
}

/** A step of a check takes a minute at most, and writes the record at its end. */
const stuckMinutes = 15;

/** Whether each campaign's check goes on, and whether its record can be read. */
export function checkCampaigns(
  { records, corrupt }: { records: readonly CampaignRecord[]; corrupt: readonly string[] },
  nowMilliseconds: number,
): Check {
  const name = 'campaigns';
  if (corrupt.length > 0) {
    const fix =
      'Use the checkout from which the stack was deployed. If it cannot read them either, drop the files again.';
    return failed(name, `${corrupt.join(', ')}: the record cannot be read`, fix);
  }
  const isStuck = ({ state, changedAt }: CampaignRecord) =>
    state === 'checking' && nowMilliseconds - changedAt > stuckMinutes * 60_000;
  const stuck = records.filter(isStuck);
  if (stuck.length > 0) {
    const words = stuck.map(
      (one) => `${campaignKey(one)}, for ${durationWords((nowMilliseconds - one.changedAt) / 1000)}`,
    );
    const fix =
      'See the log of the function that the output CampaignCheckerFunctionName names. To begin again, drop the file again.';
    return failed(name, `the check stands still: ${words.join('; ')}`, fix);
  }
  const waiting = records.filter(({ state }) => state === 'waiting').map(campaignKey);
  if (waiting.length > 0) {
    return warning(name, `waiting for approval: ${waiting.join(', ')}`, 'Run: onelink campaign approve NAME');
  }
  return ok(name, `${counted(records.length, 'active campaign')}, and no check stands still`);
}
