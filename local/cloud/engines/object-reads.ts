import type { buildApp } from 'fauxqs';
import { denials } from '../access/denials.ts';
import type { EngineAccess } from '../access/engine-access.ts';
import type { ObjectVersions } from './object-versions.ts';

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;

/**
 * Serves what fauxqs lacks for reads of objects:
 *
 * - conditions of HeadObject, `*`, and an ETag without quotes, as events have it
 * - a missing object is `AccessDenied` for callers who may not list the bucket
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
export function serveObjectReads(
  app: App,
  access: EngineAccess,
  store: Stores['s3Store'],
  versions: ObjectVersions,
): void {
  app.addHook('preHandler', async (request, reply) => {
    const { method, headers, url } = request;
    const { bucket = '', '*': key = '' } = (request.params ?? {}) as { bucket?: string; '*'?: string };
    if ((method !== 'GET' && method !== 'HEAD') || key === '' || !store.hasBucket(bucket)) return;
    const versionId = new URLSearchParams(url.split('?')[1]).get('versionId');
    const etag = versionId === null ? etagOf(store, bucket, key) : versions.find(bucket, key, versionId)?.stored?.etag;
    if (etag === undefined) {
      const action = versionId === null ? 's3:ListBucket' : 's3:ListBucketVersions';
      const listing = { action, resource: `arn:aws:s3:::${bucket}` };
      if (await access.permits(access.callerOf(headers, url), () => [listing])) return;
      const denied = denials.s3();
      return reply.status(denied.status).headers(denied.headers).send(denied.body);
    }
    const [wanted, unwanted] = [quoted(headers['if-match']), quoted(headers['if-none-match'])];
    if (wanted === '*') delete headers['if-match'];
    else if (wanted !== undefined) headers['if-match'] = wanted;
    if (unwanted !== undefined) headers['if-none-match'] = unwanted === '*' ? etag : unwanted;
    if (method === 'GET') return;
    if (wanted !== undefined && wanted !== '*' && wanted !== etag) return reply.status(412).send();
    if (unwanted === '*' || unwanted === etag) return reply.status(304).send();
  });
}

function quoted(etag: string | undefined): string | undefined {
  return etag === undefined || etag === '*' || etag.startsWith('"') ? etag : `"${etag}"`;
}

function etagOf(store: Stores['s3Store'], bucket: string, key: string): string | undefined {
  try {
    return store.headObject(bucket, key).etag;
  } catch {
    return undefined;
  }
}
