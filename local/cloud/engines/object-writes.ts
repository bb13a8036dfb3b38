import type { buildApp } from 'fauxqs';
import { s3Error, type XmlAnswer } from './s3-answers.ts';

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;

/** What fauxqs does not know of an object. It would read, overwrite or delete the object itself. */
const unknown = [
  'acl',
  'encryption',
  'legal-hold',
  'restore',
  'retention',
  'select',
  'tagging',
  'torrent',
  'versionId',
];

/**
 * Serves the conditions of writes, which fauxqs ignores, and refuses what it would misunderstand.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function serveObjectWrites(app: App, store: Stores['s3Store']): void {
  app.addHook('onRequest', async (request, reply) => {
    const [path = '', query = ''] = request.url.split('?');
    if (!/^\/[^/_][^/]*\/./.test(path)) return;
    const asked = new URLSearchParams(query);
    const isListOfParts = request.method === 'GET' && asked.has('uploadId');
    const name = isListOfParts ? 'parts' : unknown.find((one) => asked.has(one));
    if (name === undefined) return;
    const { status, contentType, body } = notImplemented(`${request.method} of an object's ${name}`);
    return reply.status(status).header('content-type', contentType).send(body);
  });
  // A hook with a callback runs in the same turn as the handler, so no other write comes between.
  app.addHook('preHandler', (request, reply, done) => {
    const { bucket = '', '*': key = '' } = (request.params ?? {}) as { bucket?: string; '*'?: string };
    const isWrite = request.method === 'PUT' ? !/[?&]partNumber=/.test(request.url) : /[?&]uploadId=/.test(request.url);
    if (!isWrite || request.method === 'DELETE' || key === '' || !store.hasBucket(bucket)) return done();
    const refused = refusal(request.headers, etagOf(store, bucket, key));
    if (refused === undefined) return done();
    reply.status(refused.status).header('content-type', refused.contentType).send(refused.body);
  });
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
