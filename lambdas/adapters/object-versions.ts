import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { rewrittenMark } from './names.ts';
import { isNoSuchKey } from './s3-objects.ts';

/** A version of an object. A bucket without versions has one of each object, under the ID `null`. */
export interface ObjectVersion {
  key: string;
  versionId: string;
  isLatest: boolean;
  bytes: number;
}

/** All versions of the objects of a bucket. */
export class ObjectVersions {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /**
   * The versions of each object under a prefix, the newest first, object by object in the order of the keys. Delete markers
   * are left out.
   *
   * @param after the key after which the list begins
   */
  async *objects(prefix: string, after?: string): AsyncGenerator<ObjectVersion[]> {
    let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = { KeyMarker: after };
    let open: ObjectVersion[] = [];
    for (;;) {
      const page = await this.#s3.send(
        new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: prefix, ...marker }),
      );
      for (const { Key: key = '', VersionId: versionId = 'null', IsLatest: isLatest = true, Size } of page.Versions ??
        []) {
        if (open[0] !== undefined && open[0].key !== key) {
          yield open;
          open = [];
        }
        open.push({ key, versionId, isLatest, bytes: Size ?? 0 });
      }
      if (page.IsTruncated !== true) break;
      marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    if (open.length > 0) yield open;
  }

  /** Undefined if the version is gone. */
  async read({ key, versionId }: Pick<ObjectVersion, 'key' | 'versionId'>): Promise<Buffer | undefined> {
    try {
      const { Body } = await this.#s3.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key, VersionId: versionId }),
      );
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    } catch (error) {
      if (isNoSuchKey(error) || (error instanceof Error && error.name === 'NoSuchVersion')) return undefined;
      throw error;
    }
  }

  /** Writes an object's newest version, with the mark of a rewritten one. */
  async write(key: string, bytes: Uint8Array, contentType: string): Promise<void> {
    await this.#s3.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: bytes,
        ContentLength: bytes.length,
        ContentType: contentType,
        Metadata: rewrittenMark(key),
      }),
    );
  }

  /** Puts a delete marker over the object, so that no older version becomes the newest one. */
  async hide(key: string): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  /** Deletes one version for good. */
  async remove({ key, versionId }: Pick<ObjectVersion, 'key' | 'versionId'>): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key, VersionId: versionId }));
  }
}
