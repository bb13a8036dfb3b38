import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { openInput } from '../../files/input-file.ts';
import { standingWords } from '../../pipeline/campaign/campaign-words.ts';
import type { OpenCampaigns } from '../../pipeline/campaign/open-campaigns.ts';
import { checkCampaign } from '../../pipeline/check-campaign.ts';
import { dropCampaign } from '../../pipeline/drop-campaign.ts';
import { withRowFile } from '../../pipeline/row-file.ts';
import type { ListRow } from '../../pipeline/takeover/link-list.ts';
import type { Choice, Dropped } from '../../pipeline/takeover/notes.ts';
import { workOfOtherList } from '../../pipeline/takeover/other-list.ts';
import { type AttemptOf, type TakeoverRow, takeoverRow } from '../../pipeline/takeover/rows.ts';
import { digestOf } from '../../pipeline/upload.ts';
import type { Scene } from '../../terminal/pipeline-verb.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { counted, n, percent } from '../../words/words.ts';
import { checkWords } from '../campaign/check-words.ts';
import type { ListOptions, OpenTakeover } from './list-options.ts';

/** An attempt that begins: for all links, or for those that are tried again. */
export interface BeginningAttempt {
  choice: Choice;
  links?: string[];
}

/**
 * Makes the rows of the list the newest file of its campaign. It uploads nothing if they are that already. The attempt is noted
 * before the upload, and the uploaded file after it. A run that is killed in between uploads the same rows again, and the
 * workers answer them from the request records.
 *
 * @param mayBegin asks whether a new attempt may begin, or whether an attempt whose campaign was ended may go on
 * @returns the uploaded file, or undefined if it may not
 * @throws OperatorError if the rows have a fault, which is an option's, or if the signal aborts
 */
export async function uploadRows(
  { progress, interrupted }: Scene<ListOptions>,
  takeover: OpenTakeover,
  campaigns: OpenCampaigns,
  { attempt, mayBegin }: { attempt: BeginningAttempt | undefined; mayBegin(rows: number): Promise<boolean> },
): Promise<Dropped | undefined> {
  const { notes, campaign, pipeline, lane, rows } = takeover;
  const { bucket, files, table } = campaigns;
  const attemptOf = attemptsWith(attempt, notes);
  const wanted: TakeoverRow[] = [];
  await rows((row: ListRow) => {
    const one = takeoverRow(row, notes, attemptOf);
    if (one !== undefined) wanted.push(one);
  });
  const settings = { lane };
  return withRowFile(wanted, { rows: 'The rows', nothing: 'Nothing was sent.', signal: interrupted }, async (path) => {
    const { sha256 } = await digestOf(path);
    const before = notes.dropped && (await table.read(campaign)).record;
    const isEnded = before !== undefined && notes.dropped !== undefined && wasEnded(before, notes.dropped);
    if (attempt === undefined && notes.dropped?.sha256 === sha256 && !isEnded) return notes.dropped;
    const input = await openInput(path, { signal: interrupted, content: 'rows' });
    const check = await checkCampaign(
      { input, format: 'ndjson', isCompressed: false },
      { ...campaign, settings, pipeline },
      {
        signal: interrupted,
        nowMilliseconds: Date.now(),
        onRow: (_, checked) => progress.update(() => `${n(checked)} rows checked`),
      },
    );
    progress.clear();
    if (check.counts.rejected > 0) {
      throw new OperatorError(`${checkWords(check).join('\n')}\nCorrect the options. Nothing was sent.`);
    }
    if ((attempt !== undefined || isEnded) && !(await mayBegin(wanted.length))) return undefined;
    await refuseNameOfOtherList(takeover, campaigns);
    if (attempt !== undefined) notes.addAttempt(campaign.name, attempt.choice, lane, attempt.links);
    const file = await dropCampaign(
      { campaign, ending: '.ndjson', settings, input },
      {
        s3: campaigns.deployed.s3,
        bucket,
        signal: interrupted,
        file: (key) => files.file(key),
        onProgress: (sent) => progress.update(() => `${percent((100 * sent) / Math.max(1, input.size))} uploaded`),
      },
    );
    progress.clear();
    notes.addDropped({ sha256, file });
    console.error(`${counted(wanted.length, 'row')} uploaded as ${campaign.source}/${campaign.name}.`);
    return notes.dropped;
  });
}

/**
 * Two lists with one base name have one campaign. The later file would end the work of the earlier one, so it is refused, also with
 * `--yes`.
 *
 * @throws OperatorError if another list has work under way under the campaign's name
 */
export async function refuseNameOfOtherList(
  { notes, campaign }: Pick<OpenTakeover, 'notes' | 'campaign'>,
  campaigns: OpenCampaigns,
): Promise<void> {
  const work = await workOfOtherList(campaign, notes, campaigns);
  if (work === undefined) return;
  const key = campaignKey(campaign);
  const standing = work === 'unopened' ? 'its file has just arrived' : standingWords(work);
  const cure =
    notes.campaign === undefined
      ? `Give this list a name of its own: --name ${campaign.name.slice(0, 46)}-2. If it is the same list, and its notes are lost, wait for the campaign’s end.`
      : `Wait for its end, and run this again. To follow it: onelink campaign show ${key} --watch`;
  throw new OperatorError(`${key} is under way for another list: ${standing}. ${cure} Nothing was sent.`);
}

/** Whether somebody has cancelled the campaign of the uploaded file, or replaced the file. */
function wasEnded({ state, file }: CampaignRecord, dropped: Dropped): boolean {
  if (file.droppedAt < dropped.file.droppedAt) return false;
  return file.etag !== dropped.file.etag || state === 'cancelled' || state === 'refused';
}

/** The attempts of the notes, and the one that begins. */
function attemptsWith(begins: BeginningAttempt | undefined, notes: OpenTakeover['notes']): AttemptOf {
  if (begins === undefined) return (link) => notes.attemptFor(link);
  const begun = { number: notes.attempts.length + 1, choice: begins.choice };
  const links = begins.links && new Set(begins.links);
  return (link) => (links === undefined || links.has(link) ? begun : notes.attemptFor(link));
}
