import type { S3Client } from '@aws-sdk/client-s3';
import { jsonText } from '../domain/contract/json-text.ts';
import { type HistoryLine, historyLineSchema } from '../domain/link/history-line.ts';
import { prefix } from './names.ts';
import { linesOf, pagesOf } from './s3-objects.ts';

/** @param day `2026-03-09`: the day on which links expired, in UTC */
export const historyFolder = (day: string) => `${prefix.history}${day.replaceAll('-', '/')}/`;

const lineText = jsonText(historyLineSchema);

/** The history of expired links, for reading. The archive writes it (archive.ts). */
export class History {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** The keys of a day's objects, page by page. A page is one request, and has a thousand keys at most. */
  async *pages(day: string): AsyncGenerator<string[]> {
    for await (const { Contents = [] } of pagesOf(this.#s3, { Bucket: this.#bucket, Prefix: historyFolder(day) })) {
      yield Contents.flatMap(({ Key }) => Key ?? []);
    }
  }

  /** The links in an object, by one request. It skips lines that nobody can read. */
  async lines(key: string): Promise<HistoryLine[]> {
    const lines = (await linesOf(this.#s3, this.#bucket, key)) ?? [];
    return lines.flatMap((line) => lineText.safeParse(line).data ?? []);
  }
}
