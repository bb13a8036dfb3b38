import type { buildApp } from 'fauxqs';

type App = ReturnType<typeof buildApp>;
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;

/**
 * Serves the conditions of reads that fauxqs lacks: those of HeadObject, `*`, and an ETag without quotes, as events have
 * it.
 */
export function serveReadConditions(app: App, store: Stores['s3Store']): void {
  app.addHook('preHandler', async (request, reply) => {
    const { method, headers } = request;
    const { bucket = '', '*': key = '' } = (request.params ?? {}) as { bucket?: string; '*'?: string };
    if ((method !== 'GET' && method !== 'HEAD') || key === '') return;
    const [wanted, unwanted] = [quoted(headers['if-match']), quoted(headers['if-none-match'])];
    if (wanted === '*') delete headers['if-match'];
    else if (wanted !== undefined) headers['if-match'] = wanted;
    if (unwanted !== undefined) headers['if-none-match'] = unwanted;
    if (method === 'GET' || (wanted ?? unwanted) === undefined) return;
    const etag = etagOf(store, bucket, key);
    if (etag === undefined) return;
    if (wanted !== undefined && wanted !== '*' && wanted !== etag) return reply.status(412).send();
    if (unwanted !== undefined && (unwanted === '*' || unwanted === etag)) return reply.status(304).send();
  });
}

function quoted(etag: string | undefined): string | undefined {
  return etag === undefined || etag === '*' || etag.startsWith('"') ? etag : `"${etag}"`;
}

function etagOf(store: Stores['s3Store'], bucket: string, key: string): string | undefined {
  try {
    return store.headObject(bucket, key).etag;
  } catch {
    // The handler answers that there is no such object.
    return undefined;
  }
}
