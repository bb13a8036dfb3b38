import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { contactSheet, type SheetEntry } from './contact-sheet.ts';
import { type NotSent, notSentLines, notSentTable } from './not-sent.ts';
import { downloadQrImages } from './qr-images.ts';
import type { Answered } from './reconciliation.ts';
import type { Summary } from './summary.ts';
import { type LinkHost, linksTable, rejectsTable } from './tables.ts';

/** Writes everything under `.local/out` but the summary. @returns QR image file by key in the bucket */
export async function writeOutcomes(
  folder: string,
  all: readonly Answered[],
  { s3, qrBucketNames, ...host }: { s3: S3Client; qrBucketNames: readonly string[] } & LinkHost,
): Promise<Map<string, string>> {
  await mkdir(folder, { recursive: true });
  const images = qrBucketNames.map((bucket) => downloadQrImages(s3, bucket, join(folder, 'qr')));
  const qrFiles = new Map((await Promise.all(images)).flatMap((files) => [...files]));
  const outcomes = all.flatMap(({ answer, qr }) => [answer, qr]).filter((outcome) => outcome !== undefined);
  await Promise.all([
    writeLinks(folder, all, qrFiles, host),
    writeFile(join(folder, 'rejects.csv'), rejectsTable(all)),
    writeFile(join(folder, 'outcomes.ndjson'), outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('')),
  ]);
  return qrFiles;
}

/** Writes the commands that were not sent, if any. */
export async function writeNotSent(folder: string, unsent: NotSent): Promise<void> {
  if (unsent.length === 0) return;
  await Promise.all([
    writeFile(join(folder, 'not-sent.csv'), notSentTable(unsent)),
    writeFile(join(folder, 'not-sent.ndjson'), notSentLines(unsent)),
  ]);
}

/** Writes the files with links. They are written again when the links are dead. */
export async function writeLinks(
  folder: string,
  all: readonly Answered[],
  qrFiles: ReadonlyMap<string, string>,
  host: LinkHost,
): Promise<void> {
  const paths = new Map([...qrFiles].map(([key, file]) => [key, `qr/${file}`]));
  const entries = sheetEntries(all, qrFiles, host.origin);
  await Promise.all([
    writeFile(join(folder, 'links.csv'), linksTable(all, host, paths)),
    writeFile(join(folder, 'qr', 'index.html'), contactSheet(entries, host.isUp)),
  ]);
}

export async function writeSummary(folder: string, summary: Summary): Promise<void> {
  await writeFile(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
}

function sheetEntries(all: readonly Answered[], qrFiles: ReadonlyMap<string, string>, origin: string): SheetEntry[] {
  const urls = new Map<string, string>(
    all.flatMap(({ answer }) => {
      const { link } = answer ?? {};
      return link?.shortUrl === undefined ? [] : [[`${link.onelinkId}/${link.shortlinkId}`, link.shortUrl] as const];
    }),
  );
  return all.flatMap(({ message, answer, qr }): SheetEntry[] => {
    const withCode = qr ?? (answer?.outcome === 'qr-ready' ? answer : undefined);
    const file = qrFiles.get(withCode?.qr?.key ?? '');
    if (withCode?.link === undefined || file === undefined) return [];
    const address = `${withCode.link.onelinkId}/${withCode.link.shortlinkId}`;
    const { source = '', campaign = '' } = message;
    return [{ file, shortUrl: urls.get(address) ?? address, localUrl: `${origin}/${address}`, source, campaign }];
  });
}
