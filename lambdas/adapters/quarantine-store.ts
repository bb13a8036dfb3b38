import { CopyObjectCommand, DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { prefix } from './names.ts';
import { isNoSuchKey, linesOf, pagesOf, putLines } from './s3-objects.ts';

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
/** A lot's name within its lane. A held lot is in no lane's folder. */
const nameOf = (lotKey: string, lane: string) => {
  const folder = `${prefix.parked}${lane}/`;
  return lotKey.slice(lotKey.startsWith(folder) ? folder.length : lotKey.lastIndexOf('/') + 1);
};

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
      if (!isNoSuchKey(error)) throw error;
    }
  }

  /** Resolves when these lines of a lot are in quarantine. A repeat makes no second object. */
  async keepLines(lane: string, lotKey: string, reason: QuarantineReason, lines: readonly string[]): Promise<void> {
    const name = `${folderOf(lane, reason)}${nameOf(lotKey, lane)}`;
    await putLines(this.#s3, this.#bucket, lines, (digest) => `${name}.${digest}`);
  }

  /** The objects in quarantine, of one lane or, lane by lane, of all. */
  async *objects(lane?: string): AsyncGenerator<QuarantinedObject> {
    const folder = lane === undefined ? prefix.quarantine : `${prefix.quarantine}${lane}/`;
    for await (const { Contents = [] } of pagesOf(this.#s3, { Bucket: this.#bucket, Prefix: folder })) {
      for (const { Key = '', Size = 0, LastModified } of Contents) {
        const [, of, reason] = keyPattern.exec(Key) ?? [];
        if (of === undefined) continue;
        const quarantinedAtMilliseconds = LastModified?.getTime() ?? 0;
        yield { key: Key, lane: of, reason: reason as QuarantineReason, bytes: Size, quarantinedAtMilliseconds };
      }
    }
  }

  /** The lines of an object, or undefined if the key has none. */
  lines(key: string): Promise<string[] | undefined> {
    return linesOf(this.#s3, this.#bucket, key);
  }

  async remove(key: string): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }
}
