import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import { dialectLimits } from '../../../lambdas/domain/onelink/dialect.ts';
import { dialectOf } from '../../../lib/config/account-api.ts';
import type { OpenCampaigns } from '../../pipeline/campaign/open-campaigns.ts';
import { hasEnded } from '../../pipeline/follow-campaign.ts';
import { linkName } from '../../pipeline/takeover/link-list.ts';
import type { Choice } from '../../pipeline/takeover/notes.ts';
import { takeoverResults } from '../../pipeline/takeover/takeover-results.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { n } from '../../words/words.ts';
import type { OpenTakeover } from './list-options.ts';
import { eachReportRow } from './report-words.ts';

/**
 * Whether another attempt may begin. If the last one is not uploaded yet, that one goes first.
 *
 * @throws OperatorError if there is no attempt
 */
export function mayTryAgain({ attempts, isDue }: OpenTakeover['notes']): boolean {
  if (attempts.length === 0) {
    throw new OperatorError('No run of this list has begun, so no link can be tried again. Run it without --again.');
  }
  if (isDue) console.error('The last run ended before its upload. It goes first. Then run --again for what it leaves.');
  return !isDue;
}

/**
 * The rejected and failed links. Version 2.0 of the API has refused to migrate some of them, and will refuse each later change. So an
 * adopt leaves them out.
 */
export async function linksToTryAgain(
  takeover: OpenTakeover,
  campaigns: OpenCampaigns,
  { action }: Choice,
): Promise<string[]> {
  const { notes, campaign, pipeline } = takeover;
  const results = await takeoverResults(notes, campaign, campaigns, pipeline);
  if (results.state === 'replaced') {
    throw new OperatorError(
      `Another file has replaced that of ${campaignKey(campaign)}. Run it without --again first: it sends what has no answer.`,
    );
  }
  if (results.state !== 'known' || !hasEnded(results.record)) {
    throw new OperatorError(
      `${campaignKey(campaign)} has not ended, so nothing is tried again yet. To wait for its end, run it without --again.`,
    );
  }
  const links: string[] = [];
  let unchangeable = 0;
  const adoptsHere = action === 'adopt' && dialectLimits[dialectOf(pipeline.account)].migrates;
  await eachReportRow(takeover, { choice: undefined, by: undefined }, results, ({ row, result }) => {
    const isOpen = result?.status === 'rejected' || result?.status === 'failed';
    if (!isOpen || row.is !== 'link') return;
    const link = linkName(row.address);
    const wasRefused = result.reason === 'made-elsewhere' && notes.attemptFor(link)?.choice.action === 'migrate';
    if (adoptsHere && wasRefused) unchangeable += 1;
    else links.push(link);
  });
  if (unchangeable > 0) console.error(unchangeableWords(unchangeable));
  if (links.length === 0)
    console.error(`No ${unchangeable > 0 ? 'other ' : ''}link is rejected or failed, so none is tried again.`);
  return links;
}

const unchangeableWords = (links: number) =>
  links === 1
    ? '1 link stays as it is: made elsewhere. The API refused to change it, so an adopt would record a link that nothing can change or keep.'
    : `${n(links)} links stay as they are: made elsewhere. The API refused to change them, so an adopt would record links that nothing can change or keep.`;
