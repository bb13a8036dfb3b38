import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import type { InboxFile } from '../../pipeline/campaigns.ts';
import { sizeOf } from '../../pipeline/dead-letters/dead-letter-queues.ts';
import { counted, durationWords, visible } from '../../words/words.ts';
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

/** An invocation of the checker lasts two minutes at most, and writes the record after each step. */
const interruptedMinutes = 3;
/** By then, SQS has delivered the message of an interrupted check again: its visibility time-out is twelve minutes. */
const stuckMinutes = 15;

/** S3's headers, from which the record has the time of its file, have whole seconds. A list may have milliseconds. */
const secondOf = (milliseconds: number) => Math.floor(milliseconds / 1000);

/**
 * The files of the inbox that no check has begun with.
 *
 * @param inbox the newest file of each campaign
 */
export const unopenedFiles = (inbox: readonly InboxFile[], known: readonly CampaignRecord[]): InboxFile[] =>
  inbox.filter((file) => {
    const record = known.find((one) => campaignKey(one) === campaignKey(file));
    return record === undefined || secondOf(record.file.droppedAt) < secondOf(file.droppedAt);
  });

/** Whether each campaign's check goes on, and whether its record can be read. */
export function checkCampaigns(
  { records, corrupt }: { records: readonly CampaignRecord[]; corrupt: readonly string[] },
  nowMilliseconds: number,
  unopened: readonly InboxFile[] = [],
): Check {
  const name = 'campaigns';
  if (corrupt.length > 0) {
    const fix =
      'Use the checkout from which the stack was deployed. If it cannot read them either, drop the files again.';
    return failed(name, `${corrupt.join(', ')}: the record cannot be read`, fix);
  }
  const still = [
    ...records.filter(({ state }) => state === 'checking').map((one) => ({ one, since: one.changedAt })),
    ...unopened.map((one) => ({ one, since: one.droppedAt })),
  ].filter(({ since }) => nowMilliseconds - since > interruptedMinutes * 60_000);
  const isStuck = still.some(({ since }) => nowMilliseconds - since > stuckMinutes * 60_000);
  if (still.length > 0) {
    const each = still.map(
      ({ one, since }) => `${visible(campaignKey(one))}, for ${durationWords((nowMilliseconds - since) / 1000)}`,
    );
    const words = `the check stands still: ${each.join('; ')}`;
    const log = 'See the log of the function that the output CampaignCheckerFunctionName names.';
    if (isStuck) return failed(name, words, `${log} To begin again, drop the file again.`);
    const soon = 'An interrupted check begins again after 12 minutes. To begin at once, drop the file again.';
    return warning(name, words, `${soon} ${log}`);
  }
  const waiting = records.filter(({ state }) => state === 'waiting').map(campaignKey);
  if (waiting.length > 0) {
    return warning(name, `waiting for approval: ${waiting.join(', ')}`, 'Run: onelink campaign approve NAME');
  }
  return ok(name, `${counted(records.length, 'active campaign')}, and no check stands still`);
}
