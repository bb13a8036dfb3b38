import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { campaignKey } from '../../../lambdas/domain/campaign/places.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import { rejectedHead, rejectedLine, resultHead, resultLine } from '../../../lambdas/domain/campaign/result-files.ts';
import type { RowResult } from '../../../lambdas/domain/campaign/row.ts';
import { codeSheet } from '../../files/code-sheet.ts';
import { CodeZip } from '../../files/code-zip.ts';
import { resultReadsOf } from '../../pipeline/campaign/open-campaigns.ts';
import { codeColumns, namedCodes } from '../../pipeline/campaign-codes.ts';
import { campaignResults, withoutDeletedLinks } from '../../pipeline/campaign-results.ts';
import { QrImages } from '../../pipeline/qr-images.ts';
import { saveCodes } from '../../pipeline/save-codes.ts';
import type { CampaignDownload } from '../contract/campaigns.ts';
import type { OpenDesk } from '../desk.ts';

/** A file for the operator's disk. */
export interface Download {
  name: string;
  type: string;
  body: Readable;
}

/** The rows of a campaign with their results so far, without links that were deleted since. */
export function resultsOf(record: CampaignRecord, { deployed, configured }: OpenDesk): AsyncIterable<RowResult> {
  const reads = resultReadsOf({ files: deployed.campaignFiles, deployed }, record, configured);
  return withoutDeletedLinks(campaignResults(record, reads), deployed.ledger);
}

/** One of a campaign's files. It is made while it is read, so its length does not matter. */
export async function downloadOf(
  which: CampaignDownload,
  record: CampaignRecord,
  open: OpenDesk,
  signal: AbortSignal,
): Promise<Download> {
  const { name } = record;
  const csv = 'text/csv; charset=utf-8';
  switch (which) {
    case 'results':
      return { name: `${name}-results.csv`, type: csv, body: Readable.from(resultLines(record, open)) };
    case 'rejected':
      return { name: `${name}-rejected.csv`, type: csv, body: Readable.from(rejectedLines(record, open)) };
    case 'codes':
      return {
        name: `${name}-codes.zip`,
        type: 'application/zip',
        body: await codeArchive(record, open, signal, false),
      };
    case 'sheet':
      return {
        name: `${name}-sheet.zip`,
        type: 'application/zip',
        body: await codeArchive(record, open, signal, true),
      };
  }
}

async function* resultLines(record: CampaignRecord, open: OpenDesk): AsyncGenerator<string> {
  const { header = [], delimiter } = record.check;
  yield resultHead(header, delimiter);
  for await (const result of resultsOf(record, open)) yield resultLine(header, result, delimiter);
}

async function* rejectedLines(record: CampaignRecord, open: OpenDesk): AsyncGenerator<string> {
  const { header = [], delimiter } = record.check;
  yield rejectedHead(header, delimiter);
  for await (const { status, line, cells, faults = [] } of resultsOf(record, open)) {
    if (status === 'rejected') yield rejectedLine(header, { line, cells, faults: [...faults] }, delimiter);
  }
}

/** The measures of the page of codes: three columns fit on A4. */
const sheetMeasures = { millimetres: 50, columns: 3 };

/** The codes in a ZIP file, in a folder of its own, which is gone when it has been read. */
async function codeArchive(
  record: CampaignRecord,
  open: OpenDesk,
  signal: AbortSignal,
  withSheet: boolean,
): Promise<Readable> {
  const folder = await mkdtemp(join(tmpdir(), 'onelink-console-'));
  const forget = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, `${randomUUID()}.zip`);
    const target = await CodeZip.create(path);
    const { deployed } = open;
    const images = new QrImages(deployed.s3, deployed.output('QrBucketName'));
    const codes = namedCodes(resultsOf(record, open), codeColumns(record));
    const counts = { saved: 0, there: 0, pending: 0, failed: 0, gone: 0 };
    const saved = saveCodes(codes, { images, target, signal }, counts);
    if (withSheet) {
      await target.addText('print.html', codeSheet(saved, { title: campaignKey(record), ...sheetMeasures }));
    } else for await (const _ of saved);
    await target.finish();
    const body = createReadStream(path);
    body.once('close', () => void forget());
    return body;
  } catch (error) {
    await forget();
    throw error;
  }
}
