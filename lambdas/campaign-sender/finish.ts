import { resultPlaces } from '../domain/campaign/places.ts';
import { type CampaignRecord, rowCounts } from '../domain/campaign/record.ts';
import { resultHead, resultLine } from '../domain/campaign/result-files.ts';
import type { RowResult } from '../domain/campaign/row.ts';
import { outcomeOf } from '../domain/contract/outcome.ts';
import type { Deadline } from '../domain/work/delivery.ts';
import { changeCampaign } from './change-campaign.ts';
import type { CampaignSenderPorts } from './ports.ts';
import { messageIdOf } from './row-commands.ts';

/** Result objects that are read ahead of the one that is written. They hold a few hundred KB each. */
const readAhead = 8;
/** An upload that has not ended so long before the invocation does is given up, and the next run begins it anew. */
const spareMilliseconds = 5_000;

/**
 * Ends a campaign whose rows all have their final status: writes the results, publishes `campaign-finished`, and then records
 * the end. It may crash at any point. The next run does it again, and overwrites the results with the same. A refused file has
 * no results, and its fault is in the outcome.
 *
 * @throws Error if a row is missing in the results, or if the time ends first
 */
export async function finish(
  ports: CampaignSenderPorts,
  bucket: string,
  campaign: CampaignRecord,
  deadline: Deadline,
): Promise<void> {
  const { files, outcomes, campaigns, clock } = ports;
  const { source, name, drop, lane, rows, refusal } = campaign;
  const { csv, ndjson, rejected } = resultPlaces(campaign);
  const isRefused = campaign.state === 'refused';
  if (!isRefused) {
    await files.upload(csv, csvOf(ports, campaign, deadline), 'text/csv; charset=utf-8');
    await files.upload(ndjson, ndjsonOf(ports, campaign, deadline), 'application/x-ndjson');
  }
  const { state: ended } = campaign;
  const state = ended === 'cancelled' || ended === 'refused' ? ended : 'finished';
  const hasRejected = isRefused || Object.keys(campaign.faultsByRule).length > 0;
  const results = { bucket, ...(!isRefused && { csv, ndjson }), ...(hasRejected && { rejected }) };
  const outcome = outcomeOf(
    {
      outcome: 'campaign-finished',
      campaign: { name, drop, state, rows, counts: rowCounts(campaign), results },
      ...(isRefused && { reason: 'file-refused', faults: refusal === undefined ? [] : [refusal] }),
    },
    { source, requestId: null, action: null },
    {
      lane,
      messageId: messageIdOf({ source, name, drop }),
      nowMilliseconds: clock.wallMilliseconds(),
    },
  );
  await outcomes.publish(outcome);
  await changeCampaign(ports, campaign, (current) =>
    current.endedAt === undefined ? { state, endedAt: clock.wallMilliseconds() } : undefined,
  );
  // A newer drop has its own entry on the list.
  await campaigns.unlist({ source, name, drop });
}

async function* csvOf(ports: CampaignSenderPorts, campaign: CampaignRecord, deadline: Deadline) {
  const { header = [], delimiter } = campaign.check;
  yield resultHead(header, delimiter);
  for await (const results of resultsOf(ports, campaign, deadline)) {
    yield results.map((result) => resultLine(header, result, delimiter)).join('');
  }
}

async function* ndjsonOf(ports: CampaignSenderPorts, campaign: CampaignRecord, deadline: Deadline) {
  for await (const results of resultsOf(ports, campaign, deadline)) {
    yield results.map((result) => `${JSON.stringify(result)}\n`).join('');
  }
}

/** The results chunk by chunk, in the order of the file. */
async function* resultsOf(
  { files }: Pick<CampaignSenderPorts, 'files'>,
  campaign: CampaignRecord,
  deadline: Deadline,
): AsyncGenerator<RowResult[]> {
  const reads: Promise<RowResult[]>[] = [];
  let next = 1;
  let rows = 0;
  for (let chunk = 1; chunk <= campaign.chunks; chunk++) {
    while (next <= campaign.chunks && reads.length < readAhead) {
      const read = files.chunkResult(campaign, campaign.drop, next++);
      // It fails where it is awaited, also if an earlier one has failed before.
      read.catch(() => {});
      reads.push(read);
    }
    if (deadline.remainingMilliseconds() < spareMilliseconds) throw new Error('the results took too long to write');
    const results = (await reads.shift()) ?? [];
    rows += results.length;
    yield results;
  }
  if (rows !== campaign.rows) throw new Error(`the results have ${rows} rows instead of ${campaign.rows}`);
}
