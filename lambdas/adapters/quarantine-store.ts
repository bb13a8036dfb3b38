import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { prefix } from './names.ts';

/** Why a line is in quarantine: it is unreadable, or the lane's queue refused it. */
export const quarantineReasons = ['unreadable', 'refused'] as const;
export type QuarantineReason = (typeof quarantineReasons)[number];

export interface QuarantinedObject {
  key: string;
  lane: string;
  reason: QuarantineReason;
  bytes: number;
  /** Epoch milliseconds. */
  quarantinedAtMilliseconds: number;
}

const keyPattern = new RegExp(`^${prefix.quarantine}([^/]+)/(${quarantineReasons.join('|')})/`);
const folderOf = (lane: string, reason: QuarantineReason) => `${prefix.quarantine}${lane}/${reason}/`;
/** A lot's name within its lane. */
const nameOf = (lotKey: string, lane: string) => lotKey.slice(`${prefix.parked}${lane}/`.length);

/**
 * What could not be replayed, in the archive bucket: `quarantine/{lane}/{reason}/{lot}`. These objects do not expire.
 */
export class QuarantineStore {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** Resolves when a copy of the whole lot is in quarantine, byte for byte. It skips a lot that is gone. */
  async keepLot(lane: string, lotKey: string): Promise<void> {
    try {
      await this.#s3.send(
        new CopyObjectCommand({
          Bucket: this.#bucket,
          CopySource: `${this.#bucket}/${lotKey.split('/').map(encodeURIComponent).join('/')}`,
          Key: `${folderOf(lane, 'unreadable')}${nameOf(lotKey, lane)}`,
          // Copying tags would need an extra permission.
          TaggingDirective: 'REPLACE',
        }),
      );
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NoSuchKey') throw error;
    }
  }

  /** Resolves when these lines of a lot are in quarantine. A repeat makes no second object. */
  async keepLines(lane: string, lotKey: string, reason: QuarantineReason, lines: readonly string[]): Promise<void> {
    const text = lines.map((line) => `${line}\n`).join('');
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: `${folderOf(lane, reason)}${nameOf(lotKey, lane)}.${digest}`,
        Body: text,
        ContentType: 'application/x-ndjson',
      }),
    );
  }

  /** The objects in quarantine, of one lane or, lane by lane, of all. */
  async *objects(lane?: string): AsyncGenerator<QuarantinedObject> {
    let after: string | undefined;
    do {
      const page = await this.#s3.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: lane === undefined ? prefix.quarantine : `${prefix.quarantine}${lane}/`,
          ContinuationToken: after,
        }),
      );
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const [, of, reason] = keyPattern.exec(Key) ?? [];
        if (of === undefined) continue;
        const quarantinedAtMilliseconds = LastModified?.getTime() ?? 0;
        yield { key: Key, lane: of, reason: reason as QuarantineReason, bytes: Size, quarantinedAtMilliseconds };
      }
      after = page.NextContinuationToken;
    } while (after !== undefined);
  }

  /** The lines of an object, or undefined if the key has none. */
  async lines(key: string): Promise<string[] | undefined> {
    try {
      const answer = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      const text = (await answer.Body?.transformToString()) ?? '';
      return text.split('\n').filter((line) => line !== '');
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }
}
