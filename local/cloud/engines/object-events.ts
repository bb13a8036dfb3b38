import { randomBytes } from 'node:crypto';
import type { buildApp } from 'fauxqs';
import { serviceOf } from '../access/caller.ts';
import type { EngineAccess } from '../access/engine-access.ts';
import { fingerprint } from '../assembly/identities.ts';
import { isNotified, type QueueNotification } from '../storage/bucket-notifications.ts';
import type { ObjectVersions, Version } from './object-versions.ts';

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type ObjectStore = Stores['s3Store'];
type StoredObject = ReturnType<ObjectStore['getObject']>;

/** An object that a request has stored or deleted. */
interface Changed {
  readonly key: string;
  /** Undefined if it was deleted. */
  readonly stored: Pick<StoredObject, 'contentLength' | 'etag'> | undefined;
  /** Of the object, of the delete marker, or of the version that was deleted. Undefined without versioning. */
  readonly versionId: string | undefined;
  /** Whether a delete marker hides the object now. */
  readonly isMarker?: boolean;
}

interface Requested {
  readonly bucket: string;
  readonly principalId: string;
  readonly address: string;
  readonly requestId: string;
  readonly hostId: string;
}

/** Puts a message into the queue with this ARN. */
export type Deliver = (queueArn: string, body: string, senderId: string) => void;

/**
 * Sends the events of buckets to queues, which fauxqs does not do. As on S3, an event is sent after the request has
 * succeeded.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export class ObjectEvents {
  readonly #notifications = new Map<string, readonly QueueNotification[]>();
  readonly #deliver: Deliver;
  readonly #region: string;
  readonly #senderId = serviceOf('s3.amazonaws.com').senderId;
  /** What the running request has changed. Handlers of fauxqs run from their first line to their answer at once. */
  #changes: Changed[] = [];
  #sequence = 0n;
  readonly #versions: ObjectVersions;

  constructor(region: string, versions: ObjectVersions, deliver: Deliver) {
    this.#versions = versions;
    this.#region = region;
    this.#deliver = deliver;
  }

  /** Configures a bucket. S3 sends each queue a test event, which no object has caused. */
  configure(bucket: string, notifications: readonly QueueNotification[]): void {
    this.#notifications.set(bucket, notifications);
    for (const { queueArn } of notifications) {
      const test = {
        Service: 'Amazon S3',
        Event: 's3:TestEvent',
        Time: new Date().toISOString(),
        Bucket: bucket,
        RequestId: randomBytes(8).toString('hex').toUpperCase(),
        HostId: randomBytes(48).toString('base64'),
      };
      this.#deliver(queueArn, JSON.stringify(test), this.#senderId);
    }
  }

  of(bucket: string): readonly QueueNotification[] {
    return this.#notifications.get(bucket) ?? [];
  }

  /** Call it before the store serves requests. */
  watch(store: ObjectStore): void {
    const { putObject, completeMultipartUpload, deleteObject } = store;
    store.putObject = (bucket, key, ...rest) => {
      const stored = putObject.call(store, bucket, key, ...rest);
      this.#changes.push({ key, stored, versionId: this.#versions.find(bucket, key)?.id });
      return stored;
    };
    store.completeMultipartUpload = (uploadId, parts) => {
      const stored = completeMultipartUpload.call(store, uploadId, parts);
      const made = this.#versions.versionOf(stored);
      this.#changes.push({ key: stored.key, stored, versionId: made?.id });
      return stored;
    };
    // S3 sends no event for the deletion of an object that does not exist.
    store.deleteObject = (bucket, key) => {
      const existed = exists(store, bucket, key);
      deleteObject.call(store, bucket, key);
      const marker = this.#versions.find(bucket, key);
      if (marker !== undefined) this.#changes.push({ key, stored: undefined, versionId: marker.id, isMarker: true });
      else if (existed) this.#changes.push({ key, stored: undefined, versionId: undefined });
    };
  }

  /** The running request has deleted a version for good. */
  removed({ key, id }: Version): void {
    this.#changes.push({ key, stored: undefined, versionId: id });
  }

  serve(app: App, access: EngineAccess): void {
    // A hook with a callback runs in the same turn as the handler, so the changes are those of this request.
    app.addHook('onSend', (request, reply, payload, done) => {
      const changes = this.#changes;
      this.#changes = [];
      if (changes.length > 0 && reply.statusCode < 400) {
        const { senderId } = access.callerOf(request.headers, request.url);
        const requested = {
          bucket: (request.params as { bucket: string }).bucket,
          principalId: `AWS:${senderId}`,
          address: request.ip,
          requestId: String(reply.getHeader('x-amz-request-id')),
          hostId: String(reply.getHeader('x-amz-id-2')),
        };
        const isCopy = request.headers['x-amz-copy-source'] !== undefined;
        for (const changed of changes) this.#announce(changed, eventOf(changed, request, isCopy), requested);
      }
      done(null, payload);
    });
  }

  #announce({ key, stored, versionId }: Changed, eventName: string, { bucket, ...requested }: Requested): void {
    const notification = this.of(bucket).find((one) => isNotified(one, eventName, key));
    if (notification === undefined) return;
    const now = new Date();
    const record = {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: this.#region,
      eventTime: now.toISOString(),
      eventName,
      userIdentity: { principalId: requested.principalId },
      requestParameters: { sourceIPAddress: requested.address },
      responseElements: { 'x-amz-request-id': requested.requestId, 'x-amz-id-2': requested.hostId },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: notification.id,
        bucket: { name: bucket, ownerIdentity: { principalId: owner }, arn: `arn:aws:s3:::${bucket}` },
        object: {
          key: encoded(key),
          ...(stored && { size: stored.contentLength, eTag: stored.etag.replaceAll('"', '') }),
          ...(versionId !== undefined && { versionId }),
          sequencer: this.#sequencer(now),
        },
      },
    };
    this.#deliver(notification.queueArn, JSON.stringify({ Records: [record] }), this.#senderId);
  }

  /** A hexadecimal number of 18 digits that grows with each event. */
  #sequencer(now: Date): string {
    const byTime = BigInt(now.getTime()) << 24n;
    this.#sequence = byTime > this.#sequence ? byTime : this.#sequence + 1n;
    return this.#sequence.toString(16).toUpperCase().padStart(18, '0');
  }
}

function exists(store: ObjectStore, bucket: string, key: string): boolean {
  try {
    store.headObject(bucket, key);
    return true;
  } catch {
    return false;
  }
}

const owner = `A${fingerprint('owner of the buckets', 13)}`;

function eventOf(
  { stored, isMarker }: Changed,
  { method, url }: { method: string; url: string },
  isCopy: boolean,
): string {
  if (stored === undefined) return isMarker ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete';
  if (isCopy) return 'ObjectCreated:Copy';
  if (method === 'PUT') return 'ObjectCreated:Put';
  return /[?&]uploadId=/.test(url) ? 'ObjectCreated:CompleteMultipartUpload' : 'ObjectCreated:Post';
}

/** A key as events have it: encoded like a form, so a blank is `+`. Slashes stay. */
function encoded(key: string): string {
  return new URLSearchParams([['', key]]).toString().slice(1).replaceAll('%2F', '/');
}
