import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { openInput } from '../../files/input-file.ts';
import type { OpenCampaigns } from '../../pipeline/campaign/open-campaigns.ts';
import { checkCampaign } from '../../pipeline/check-campaign.ts';
import { dropCampaign } from '../../pipeline/drop-campaign.ts';
import { withRowFile } from '../../pipeline/row-file.ts';
import type { ListRow } from '../../pipeline/takeover/link-list.ts';
import type { Choice, Dropped } from '../../pipeline/takeover/notes.ts';
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
  { notes, campaign, pipeline, lane, rows }: OpenTakeover,
  { deployed: { s3 }, bucket, files, table }: OpenCampaigns,
  { attempt, mayBegin }: { attempt: BeginningAttempt | undefined; mayBegin(rows: number): Promise<boolean> },
): Promise<Dropped | undefined> {
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
    if (attempt !== undefined) notes.addAttempt(campaign.name, attempt.choice, attempt.links);
    const file = await dropCampaign(
      { campaign, ending: '.ndjson', settings, input },
      {
        s3,
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
