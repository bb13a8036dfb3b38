import type { buildApp } from 'fauxqs';
import type { ObjectVersions } from './object-versions.ts';
import { s3Error, type XmlAnswer } from './s3-answers.ts';

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;

/** What fauxqs does not know of an object. It would read, overwrite or delete the object itself. */
const unknown = ['acl', 'encryption', 'legal-hold', 'restore', 'select', 'tagging', 'torrent'];
/** What only objects of versioned buckets have. */
const ofVersions = ['retention', 'versionId'];

/**
 * Serves the conditions of writes, which fauxqs ignores, and refuses what it would misunderstand.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function serveObjectWrites(app: App, store: Stores['s3Store'], versions: ObjectVersions): void {
  app.addHook('onRequest', async (request, reply) => {
    const [path = '', query = ''] = request.url.split('?');
    const [, bucket] = /^\/([^/_][^/]*)\/./.exec(path) ?? [];
    if (bucket === undefined) return;
    const asked = new URLSearchParams(query);
    const isListOfParts = request.method === 'GET' && asked.has('uploadId');
    // fauxqs takes half an address of a part for the object itself.
    const [upload, part] = [asked.get('uploadId'), asked.get('partNumber')];
    const isHalf = request.method === 'PUT' ? (upload === null) !== (part === null) : upload === '';
    if (isHalf || upload === '' || part === '') {
      return refuse(reply, s3Error(400, 'InvalidArgument', 'uploadId and partNumber belong together'));
    }
    const isUpload = ['uploads', 'uploadId'].some((one) => asked.has(one));
    const refused = versions.isVersioned(bucket) ? unknown : [...unknown, ...ofVersions];
    const name = isListOfParts ? 'parts' : refused.find((one) => asked.has(one));
    const source = String(request.headers['x-amz-copy-source']);
    const isLockedUpload = request.method === 'POST' && request.headers['x-amz-object-lock-mode'] !== undefined;
    // fauxqs would delete the objects that such a body names.
    if (request.method === 'POST' && !isUpload)
      return refuse(reply, s3Error(405, 'MethodNotAllowed', 'No such method'));
    if (source.includes('?versionId=')) return refuse(reply, notImplemented('A copy of a version'));
    if (isLockedUpload) return refuse(reply, notImplemented('The retention of an upload in parts'));
    if (name === undefined) return;
    return refuse(reply, notImplemented(`${request.method} of an object's ${name}`));
  });
  // A hook with a callback runs in the same turn as the handler, so no other write comes between.
  app.addHook('preHandler', (request, reply, done) => {
    const { bucket = '', '*': key = '' } = (request.params ?? {}) as { bucket?: string; '*'?: string };
    const isWrite = request.method === 'PUT' ? !/[?&]partNumber=/.test(request.url) : /[?&]uploadId=/.test(request.url);
    const isSetting = /[?&]retention/.test(request.url);
    if (!isWrite || isSetting || request.method === 'DELETE' || key === '' || !store.hasBucket(bucket)) return done();
    const refused = refusal(request.headers, etagOf(store, bucket, key));
    if (refused === undefined) return done();
    reply.status(refused.status).header('content-type', refused.contentType).send(refused.body);
  });
}

interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: string): unknown;
}

function refuse(reply: Reply, { status, contentType, body }: XmlAnswer) {
  return reply.status(status).header('content-type', contentType).send(body);
}

function refusal(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  etag: string | undefined,
): XmlAnswer | undefined {
  const [wanted, unwanted] = [headers['if-match'], headers['if-none-match']];
  const failed = s3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
  if (unwanted !== undefined && unwanted !== '*') return notImplemented('If-None-Match of a write with an ETag');
  if (unwanted === '*' && etag !== undefined) return failed;
  if (wanted === undefined) return undefined;
  if (etag === undefined) return s3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  return String(wanted).replaceAll('"', '') === etag.replaceAll('"', '') ? undefined : failed;
}

function etagOf(store: Stores['s3Store'], bucket: string, key: string): string | undefined {
  try {
    return store.headObject(bucket, key).etag;
  } catch {
    return undefined;
  }
}

function notImplemented(what: string): XmlAnswer {
  return s3Error(501, 'NotImplemented', `${what} is not implemented here`);
}
