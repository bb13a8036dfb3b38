import type { buildApp } from 'fauxqs';
import { element, textElement } from '../services/xml.ts';
import { objectsIn } from './deleted-objects.ts';
import type { ObjectEvents } from './object-events.ts';
import { isProtected, isWeaker, retentionIn, retentionOf } from './object-lock.ts';
import type { ObjectStore, ObjectVersions, Version } from './object-versions.ts';
import { s3Error, s3Xml, type XmlAnswer } from './s3-answers.ts';

type App = ReturnType<typeof buildApp>;
type Headers = Record<string, string>;

interface Asked {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** An answer in place of fauxqs. */
interface Answer extends Omit<XmlAnswer, 'contentType'> {
  readonly headers: Headers;
}

/**
 * Serves versions of objects and their retention, and the deletion of many objects. Register it after all other hooks
 * before handlers.
 */
export function serveVersions(app: App, store: ObjectStore, versions: ObjectVersions, events: ObjectEvents): void {
  // A hook with a callback runs in the same turn as the handler and the hooks after it.
  app.addHook('preHandler', (request, reply, done) => {
    const { bucket = '', '*': key = '' } = (request.params ?? {}) as { bucket?: string; '*'?: string };
    if (!store.hasBucket(bucket)) return done();
    const query = new URLSearchParams(request.url.split('?')[1] ?? '');
    const asked = { method: request.method, bucket, key, query, headers: request.headers, body: request.body };
    const answer = key === '' ? deletions(asked) : ofObject(asked);
    if (answer === undefined) return done();
    reply.status(answer.status).headers(answer.headers).send(answer.body);

    function deletions(one: Asked): Answer | undefined {
      return one.method === 'POST' && query.has('delete') ? deleteMany(one, store, versions, events) : undefined;
    }
    function ofObject(one: Asked): Answer | undefined {
      if (!versions.isVersioned(bucket)) return undefined;
      if (query.has('retention')) return retention(one, versions);
      const id = query.get('versionId') ?? undefined;
      const isVersion = id !== undefined && !query.has('uploadId');
      if (one.method === 'DELETE' && isVersion) return deleteVersion(one, id, versions, events);
      if (one.method === 'GET' || one.method === 'HEAD') {
        const found = versions.find(bucket, key, id);
        reply.headers(found === undefined ? {} : headersOf(found));
        if (id !== undefined && found?.stored === undefined) return absent(found, one.method);
        versions.begin({ bucket, read: id === undefined ? undefined : found });
        return undefined;
      }
      const isWrite = one.method === 'PUT' && !query.has('partNumber');
      const given = isWrite ? retentionOf(request.headers, versions.lockOf(bucket), new Date()) : undefined;
      if (given !== undefined && 'status' in given) return xml(given);
      versions.begin({ bucket, retention: given });
      return undefined;
    }
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const { bucket = '', '*': key = '' } = (request.params ?? {}) as { bucket?: string; '*'?: string };
    const { method, url } = request;
    const isUpload = method === 'PUT' ? !url.includes('partNumber=') : /[?&]uploadId=/.test(url) && method === 'POST';
    const isMarker = method === 'DELETE' && !/[?&](versionId|uploadId)=/.test(url);
    if (reply.statusCode < 300 && key !== '' && (isUpload || isMarker) && !/[?&]retention/.test(url)) {
      const made = versions.find(bucket, key);
      if (made !== undefined) reply.headers(headersOf(made));
    }
    done(null, payload);
  });
}

function headersOf({ id, stored }: Version): Headers {
  return { 'x-amz-version-id': id, ...(stored === undefined && { 'x-amz-delete-marker': 'true' }) };
}

/** The answer to the read of a version that is none, or a delete marker. */
function absent(found: Version | undefined, method: string): Answer {
  const error =
    found === undefined
      ? s3Error(404, 'NoSuchVersion', 'The specified version does not exist.')
      : s3Error(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  return { ...xml(error), ...(method === 'HEAD' && { body: '' }) };
}

const xml = ({ status, contentType, body }: XmlAnswer): Answer => ({
  status,
  headers: { 'content-type': contentType },
  body,
});

const bypasses = ({ headers }: Asked) => String(headers['x-amz-bypass-governance-retention']).toLowerCase() === 'true';
const locked = s3Error(403, 'AccessDenied', 'Access Denied because object protected by object lock.');

function deleteVersion(asked: Asked, id: string, versions: ObjectVersions, events: ObjectEvents): Answer {
  const removed = versions.remove(asked.bucket, asked.key, id, bypasses(asked));
  if (removed === 'protected') return xml(locked);
  if (removed !== undefined) events.removed(removed);
  return { status: 204, headers: { 'x-amz-version-id': id, ...(removed && headersOf(removed)) }, body: '' };
}

/** PutObjectRetention and GetObjectRetention, of the newest version or the one that is named. */
function retention(asked: Asked, versions: ObjectVersions): Answer {
  const { method, bucket, key, query, body } = asked;
  const id = query.get('versionId') ?? undefined;
  const version = versions.find(bucket, key, id);
  if (versions.lockOf(bucket) === undefined) {
    return xml(s3Error(400, 'InvalidRequest', 'Bucket is missing Object Lock Configuration'));
  }
  if (version === undefined) {
    return xml(s3Error(404, id === undefined ? 'NoSuchKey' : 'NoSuchVersion', 'The specified object does not exist.'));
  }
  if (version.stored === undefined) return absent(version, method);
  if (method === 'GET') {
    if (version.retention === undefined) {
      const code = 'NoSuchObjectLockConfiguration';
      return xml(s3Error(404, code, 'The specified object does not have a ObjectLock configuration'));
    }
    const { mode, until } = version.retention;
    return xml(s3Xml('Retention', element('Mode', mode) + element('RetainUntilDate', until.toISOString())));
  }
  if (method !== 'PUT') return xml(s3Error(405, 'MethodNotAllowed', 'The method is not allowed'));
  const given = retentionIn(String(body ?? ''), new Date());
  if (given !== undefined && 'status' in given) return xml(given);
  const old = version.retention;
  if (old && isWeaker(given, old) && isProtected(old, new Date(), bypasses(asked))) return xml(locked);
  version.retention = given;
  return { status: 200, headers: {}, body: '' };
}

/** The most objects of one DeleteObjects (S3 API reference). */
const mostDeletions = 1_000;

/** DeleteObjects: fauxqs knows no versions. */
function deleteMany(asked: Asked, store: ObjectStore, versions: ObjectVersions, events: ObjectEvents): Answer {
  const body = String(asked.body ?? '');
  const objects = objectsIn(body);
  if (objects.length === 0 || objects.length > mostDeletions) {
    const why = 'The XML you provided was not well-formed or did not validate against our published schema';
    return xml(s3Error(400, 'MalformedXML', why));
  }
  const isQuiet = /<Quiet>\s*true\s*<\/Quiet>/i.test(body);
  const results = objects.map(({ key, id }) => {
    const named = textElement('Key', key) + textElement('VersionId', id);
    if (id === undefined || !versions.isVersioned(asked.bucket)) {
      store.deleteObject(asked.bucket, key);
      const marker = versions.find(asked.bucket, key);
      const made = marker && element('DeleteMarker', 'true') + textElement('DeleteMarkerVersionId', marker.id);
      return isQuiet ? '' : element('Deleted', named + (made ?? ''));
    }
    const removed = versions.remove(asked.bucket, key, id, bypasses(asked));
    if (removed === 'protected') {
      const why =
        textElement('Code', 'AccessDenied') +
        textElement('Message', 'Access Denied because object protected by object lock.');
      return element('Error', named + why);
    }
    if (removed !== undefined) events.removed(removed);
    const wasMarker = removed !== undefined && removed.stored === undefined;
    const marker = wasMarker ? element('DeleteMarker', 'true') + textElement('DeleteMarkerVersionId', id) : '';
    return isQuiet ? '' : element('Deleted', named + marker);
  });
  return xml(s3Xml('DeleteResult', results.join('')));
}
