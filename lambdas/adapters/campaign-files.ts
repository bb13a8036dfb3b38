import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import * as z from 'zod';
import {
  type CampaignKey,
  chunkPlace,
  chunkResultPlace,
  digestsPlace,
  inboxPrefix,
  rejectedPlace,
  resultsPrefix,
  settingsEnding,
} from '../domain/campaign/places.ts';
import type { CampaignFile } from '../domain/campaign/record.ts';
import { type CheckedRow, checkedRowSchema, type RowResult, rowResultSchema } from '../domain/campaign/row.ts';
import { isRewritten } from './names.ts';
import { isNoSuchKey, linesOf, pagesOf } from './s3-objects.ts';

/** One GET reads so much of a file, so memory does not grow with the file. */
const rangeBytes = 4 * 1024 * 1024;

/** Settings have a mapping of a few hundred columns at most. A record of DynamoDB has 400 KB. */
const maxSettingsBytes = 64 * 1024;

/** S3 takes at most 10,000 parts: 80 GB. Two parts are under way at once. */
const upload = { partSize: 8 * 1024 * 1024, queueSize: 2 };

/** The file is gone, or has other bytes than its reader has begun with. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
}

/** An object with results. */
export interface ResultObject {
  key: string;
  bytes: number;
  /** Epoch milliseconds. */
  writtenAt: number;
}

/** The campaign bucket: dropped files, the chunks of their rows, and the results. */
export class CampaignFiles {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** What is in the inbox under this key now, or undefined. */
  async file(key: string): Promise<CampaignFile | undefined> {
    try {
      const head = await this.#s3.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      const droppedAt = head.LastModified?.getTime() ?? 0;
      const file = { key, etag: head.ETag ?? '', bytes: head.ContentLength ?? 0, droppedAt };
      return isRewritten(key, head.Metadata) ? { ...file, rewritten: true } : file;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** The file's bytes from an offset on, in parts. @throws FileChanged */
  async *bytes(file: CampaignFile, from = 0): AsyncGenerator<Uint8Array> {
    for (let at = from; at < file.bytes; at += rangeBytes) {
      const last = Math.min(at + rangeBytes, file.bytes) - 1;
      yield await this.#range(file, `bytes=${at}-${last}`);
    }
  }

  /** The text of a campaign's settings, or undefined if there are none. */
  async settings({ source, name }: CampaignKey): Promise<{ text: string } | 'too-large' | undefined> {
    const key = `${inboxPrefix}${source}/${name}${settingsEnding}`;
    const file = await this.file(key);
    if (file === undefined) return undefined;
    if (file.bytes > maxSettingsBytes) return 'too-large';
    const bytes = await this.#bytesOf(key);
    return bytes && { text: new TextDecoder().decode(bytes) };
  }

  /** Writes a chunk. A repeat writes the same rows again. */
  async putChunk(campaign: CampaignKey, drop: number, chunk: number, rows: readonly CheckedRow[]): Promise<void> {
    await this.#putLines(chunkPlace(campaign, drop, chunk), rows);
  }

  /** @throws Error if the chunk is missing or malformed */
  chunk(campaign: CampaignKey, drop: number, chunk: number): Promise<CheckedRow[]> {
    return this.#lines(chunkPlace(campaign, drop, chunk), checkedRowSchema);
  }

  /** Writes the results of a settled chunk, or replaces them. */
  async putChunkResult(campaign: CampaignKey, drop: number, chunk: number, rows: readonly RowResult[]): Promise<void> {
    await this.#putLines(chunkResultPlace(campaign, drop, chunk), rows);
  }

  /** @throws Error if the result is missing or malformed */
  chunkResult(campaign: CampaignKey, drop: number, chunk: number): Promise<RowResult[]> {
    return this.#lines(chunkResultPlace(campaign, drop, chunk), rowResultSchema);
  }

  /** Writes the key digests of a part of the check. A repeat writes the same again. */
  async putDigests(campaign: CampaignKey, drop: number, part: number, digests: Uint8Array): Promise<void> {
    await this.#put(digestsPlace(campaign, drop, part), digests, 'application/octet-stream');
  }

  /** Writes the rows that a part of the check has rejected. */
  async putRejected(campaign: CampaignKey, drop: number, part: number, rows: readonly CheckedRow[]): Promise<void> {
    await this.#putLines(rejectedPlace(campaign, drop, part), rows);
  }

  /** @throws Error if they are missing or malformed */
  rejected(campaign: CampaignKey, drop: number, part: number): Promise<CheckedRow[]> {
    return this.#lines(rejectedPlace(campaign, drop, part), checkedRowSchema);
  }

  /** @throws Error if they are missing */
  async digests(campaign: CampaignKey, drop: number, part: number): Promise<Uint8Array> {
    const place = digestsPlace(campaign, drop, part);
    const bytes = await this.#bytesOf(place);
    if (bytes === undefined) throw new Error(`the campaign bucket has no ${place}`);
    return bytes;
  }

  /**
   * Writes an object of any size from its parts. The object appears when it is whole, or not at all.
   *
   * @param key one of `resultPlaces`
   */
  async upload(key: string, parts: AsyncIterable<string>, contentType: string): Promise<void> {
    const Body = Readable.from(gathered(parts), { objectMode: false });
    const params = { Bucket: this.#bucket, Key: key, Body, ContentType: contentType };
    // The bucket's lifecycle removes the parts of an upload that has failed.
    await new Upload({ client: this.#s3, params, ...upload, leavePartsOnError: true }).done();
  }

  /** The objects with results, of one source or of all. */
  async *results(source?: string): AsyncGenerator<ResultObject> {
    const Prefix = source === undefined ? resultsPrefix : `${resultsPrefix}${source}/`;
    for await (const { Contents = [] } of pagesOf(this.#s3, { Bucket: this.#bucket, Prefix })) {
      for (const { Key: key = '', Size: bytes = 0, LastModified } of Contents) {
        yield { key, bytes, writtenAt: LastModified?.getTime() ?? 0 };
      }
    }
  }

  async #range({ key, etag }: CampaignFile, Range: string): Promise<Uint8Array> {
    try {
      const answer = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key, Range }));
      if (answer.ETag !== etag) throw new FileChanged('the file has other bytes now');
      return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      // A shorter file has no such range.
      if (isAbsent(error) || (error instanceof Error && error.name === 'InvalidRange')) {
        throw new FileChanged('the file is gone, or shorter now');
      }
      throw error;
    }
  }

  async #bytesOf(key: string): Promise<Uint8Array | undefined> {
    try {
      const answer = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      return await answer.Body?.transformToByteArray();
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async #lines<Line>(place: string, schema: z.ZodType<Line>): Promise<Line[]> {
    const lines = await linesOf(this.#s3, this.#bucket, place);
    const read = z.array(schema).safeParse(lines?.map(jsonOf)).data;
    // The error must not hold what is in a row.
    if (read === undefined) throw new Error(`the campaign bucket has no ${place}, or it is malformed`);
    return read;
  }

  #putLines(key: string, lines: readonly object[]): Promise<void> {
    return this.#put(key, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'application/x-ndjson');
  }

  async #put(Key: string, content: string | Uint8Array, ContentType: string): Promise<void> {
    const Body = Buffer.from(content);
    // The SDK leaves out the length of an empty body, and then warns of it.
    const named = { Bucket: this.#bucket, Key, ContentType, ContentLength: Body.length };
    await this.#s3.send(new PutObjectCommand({ ...named, Body }));
  }
}

/** HEAD has no body, so its error has another name. */
const isAbsent = (error: unknown) => isNoSuchKey(error) || (error instanceof Error && error.name === 'NotFound');

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Small texts gathered into parts of 64 KB, because a stream costs much for each part. */
async function* gathered(parts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let text = '';
  for await (const part of parts) {
    text += part;
    if (text.length < 64 * 1024) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}
