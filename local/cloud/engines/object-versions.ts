import { randomBytes } from 'node:crypto';
import type { buildApp } from 'fauxqs';
import { type BucketLock, defaultRetention, isProtected, type Retention } from './object-lock.ts';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
export type ObjectStore = Stores['s3Store'];
export type StoredObject = ReturnType<ObjectStore['getObject']>;

/** A version of an object, or a delete marker. */
export interface Version {
  readonly id: string;
  readonly key: string;
  /** Undefined: a delete marker. */
  readonly stored: StoredObject | undefined;
  readonly at: Date;
  retention: Retention | undefined;
}

/** What the running request is about. Handlers of fauxqs run from their first line to their answer at once. */
export interface Turn {
  readonly bucket: string;
  /** The version that the request reads. */
  readonly read?: Version | undefined;
  /** The retention that the request gives its object. */
  readonly retention?: Retention | undefined;
}

interface VersionedBucket {
  /** Undefined: the bucket locks no objects. */
  readonly lock: BucketLock | undefined;
  /** By key, the newest first. */
  readonly versions: Map<string, Version[]>;
}

/**
 * The versions of objects in versioned buckets, which fauxqs does not know. It holds the newest version of each object that no
 * delete marker hides.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
 */
export class ObjectVersions {
  readonly #buckets = new Map<string, VersionedBucket>();
  #turn: Turn | undefined;
  #show: (bucket: string, stored: StoredObject) => void = () => {};
  #hide: (bucket: string, key: string) => void = () => {};

  configure(bucket: string, lock: BucketLock | undefined): void {
    this.#buckets.set(bucket, { lock, versions: new Map() });
  }

  isVersioned(bucket: string): boolean {
    return this.#buckets.has(bucket);
  }

  lockOf(bucket: string): BucketLock | undefined {
    return this.#buckets.get(bucket)?.lock;
  }

  /** Call it at the end of the last hook before a handler. */
  begin(turn: Turn): void {
    this.#turn = turn;
  }

  /** Call it before anything else wraps the store. */
  watch(store: ObjectStore): void {
    const { putObject, completeMultipartUpload, deleteObject, getObject, headObject } = store;
    this.#show = (bucket, stored) => store.restoreObject(bucket, stored);
    this.#hide = (bucket, key) => deleteObject.call(store, bucket, key);
    store.putObject = (bucket, key, ...rest) => this.#added(bucket, putObject.call(store, bucket, key, ...rest));
    store.completeMultipartUpload = (uploadId, parts) =>
      this.#added(this.#turn?.bucket ?? '', completeMultipartUpload.call(store, uploadId, parts));
    store.deleteObject = (bucket, key) => {
      deleteObject.call(store, bucket, key);
      this.#add(bucket, { id: newId(), key, stored: undefined, at: new Date(), retention: undefined });
    };
    store.getObject = (bucket, key) => this.#read(bucket, key) ?? getObject.call(store, bucket, key);
    store.headObject = (bucket, key) => this.#read(bucket, key) ?? headObject.call(store, bucket, key);
  }

  /** The newest version, or the one with this ID. */
  find(bucket: string, key: string, id?: string): Version | undefined {
    const all = this.#buckets.get(bucket)?.versions.get(key);
    return id === undefined ? all?.[0] : all?.find((one) => one.id === id);
  }

  /** The version of an object that the running request has stored. */
  versionOf(stored: StoredObject): Version | undefined {
    return this.find(this.#turn?.bucket ?? '', stored.key);
  }

  /** All versions of a bucket. Those of a key come the newest first. */
  all(bucket: string): Version[] {
    return [...(this.#buckets.get(bucket)?.versions.values() ?? [])].flat();
  }

  /**
   * Deletes one version for good. Without such a version, nothing happens.
   *
   * @param bypasses whether the caller may delete a version in spite of its governance mode, and asked for it
   * @returns the deleted version, or `protected`
   */
  remove(bucket: string, key: string, id: string, bypasses: boolean): Version | 'protected' | undefined {
    const versions = this.#buckets.get(bucket)?.versions;
    const all = versions?.get(key) ?? [];
    const sought = all.find((one) => one.id === id);
    if (sought === undefined) return undefined;
    if (isProtected(sought.retention, new Date(), bypasses)) return 'protected';
    const rest = all.filter((one) => one !== sought);
    if (rest.length === 0) versions?.delete(key);
    else versions?.set(key, rest);
    const newest = rest[0]?.stored;
    if (newest === undefined) this.#hide(bucket, key);
    else this.#show(bucket, newest);
    return sought;
  }

  #read(bucket: string, key: string): StoredObject | undefined {
    const read = this.#turn?.read;
    // Later reads of another request, in its hooks, are not meant.
    if (this.#turn !== undefined) this.#turn = { ...this.#turn, read: undefined };
    return this.isVersioned(bucket) && read?.key === key ? read.stored : undefined;
  }

  #added(bucket: string, stored: StoredObject): StoredObject {
    const at = new Date();
    const retention = this.#turn?.retention ?? defaultRetention(this.lockOf(bucket), at);
    this.#add(bucket, { id: newId(), key: stored.key, stored, at, retention });
    return stored;
  }

  #add(bucket: string, version: Version): void {
    const versions = this.#buckets.get(bucket)?.versions;
    const all = versions?.get(version.key);
    if (all === undefined) versions?.set(version.key, [version]);
    else all.unshift(version);
  }
}

const newId = () => randomBytes(24).toString('base64url');
