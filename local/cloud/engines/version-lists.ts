import type { buildApp } from 'fauxqs';
import { element, textElement } from '../services/xml.ts';
import { byBytes, encoded, listedTime } from './object-lists.ts';
import type { ObjectStore, ObjectVersions, Version } from './object-versions.ts';
import { s3Error, s3Xml, type XmlAnswer } from './s3-answers.ts';

type App = ReturnType<typeof buildApp>;

const mostKeys = 1_000;

/** A version in a list, or the keys that have a prefix up to the delimiter in common. */
type Entry = { readonly version: Version; readonly isLatest: boolean } | { readonly prefix: string };

/**
 * Serves ListObjectVersions. Without versioning, each object has one version, `null`.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export function serveVersionLists(app: App, store: ObjectStore, versions: ObjectVersions): void {
  app.addHook('onRequest', async (request, reply) => {
    const [path = '', query = ''] = request.url.split('?');
    const [, bucket] = /^\/([^/]+)\/?$/.exec(path) ?? [];
    const asked = new URLSearchParams(query);
    if (request.method !== 'GET' || bucket === undefined || !asked.has('versions') || !store.hasBucket(bucket)) return;
    const { status, contentType, body } = listOf(bucket, asked, versionsIn(bucket));
    return reply.status(status).header('content-type', contentType).send(body);
  });

  function versionsIn(bucket: string): readonly Version[] {
    if (versions.isVersioned(bucket)) return versions.all(bucket);
    const { objects } = store.listObjects(bucket, { maxKeys: Number.POSITIVE_INFINITY });
    return objects.map((stored) => ({
      id: 'null',
      key: stored.key,
      stored,
      at: stored.lastModified,
      retention: undefined,
    }));
  }
}

function listOf(bucket: string, asked: URLSearchParams, versions: readonly Version[]): XmlAnswer {
  const [prefix, delimiter] = [asked.get('prefix') ?? '', asked.get('delimiter') ?? ''];
  const [keyMarker, idMarker] = [asked.get('key-marker') ?? '', asked.get('version-id-marker') ?? ''];
  const limit = Number(asked.get('max-keys') ?? mostKeys);
  if (!Number.isInteger(limit) || limit < 0) return s3Error(400, 'InvalidArgument', 'max-keys is not a number');
  if (keyMarker === '' && idMarker !== '') {
    return s3Error(400, 'InvalidArgument', 'A version-id marker cannot be specified without a key marker.');
  }
  const most = Math.min(limit, mostKeys);
  const all = entriesOf(versions, prefix, delimiter);
  const from = keyMarker === '' ? 0 : after(all, keyMarker, idMarker);
  const page = all.slice(from, from + most);
  const isTruncated = most > 0 && all.length > from + most;
  const isEncoded = asked.get('encoding-type') === 'url';
  const shown = (name: string, text: string) => textElement(name, isEncoded ? encoded(text) : text);
  const last = page.at(-1);
  const content = [
    textElement('Name', bucket),
    shown('Prefix', prefix),
    shown('KeyMarker', keyMarker),
    textElement('VersionIdMarker', idMarker),
    delimiter === '' ? '' : shown('Delimiter', delimiter),
    isEncoded ? element('EncodingType', 'url') : '',
    element('MaxKeys', String(most)),
    element('IsTruncated', String(isTruncated)),
    isTruncated && last ? shown('NextKeyMarker', nameOf(last)) : '',
    isTruncated && last && 'version' in last ? textElement('NextVersionIdMarker', last.version.id) : '',
    ...page.map((entry) =>
      'version' in entry ? shownVersion(entry, shown) : element('CommonPrefixes', shown('Prefix', entry.prefix)),
    ),
  ];
  return s3Xml('ListVersionsResult', content.join(''));
}

const nameOf = (entry: Entry) => ('version' in entry ? entry.version.key : entry.prefix);

/** In the order of keys. The versions of a key come the newest first, as they are stored. */
function entriesOf(versions: readonly Version[], prefix: string, delimiter: string): Entry[] {
  const entries: Entry[] = [];
  let lastKey: string | undefined;
  let common: string | undefined;
  const sorted = versions.filter(({ key }) => key.startsWith(prefix)).sort((one, other) => byBytes(one.key, other.key));
  for (const version of sorted) {
    const end = delimiter === '' ? -1 : version.key.indexOf(delimiter, prefix.length);
    if (end >= 0) {
      const next = version.key.slice(0, end + delimiter.length);
      if (next !== common) entries.push({ prefix: next });
      common = next;
      continue;
    }
    entries.push({ version, isLatest: version.key !== lastKey });
    lastKey = version.key;
  }
  return entries;
}

/** Where a page begins after these markers. */
function after(entries: readonly Entry[], keyMarker: string, idMarker: string): number {
  const marked = entries.findIndex(
    (entry) => 'version' in entry && entry.version.key === keyMarker && entry.version.id === idMarker,
  );
  if (marked >= 0) return marked + 1;
  // The marked version may be deleted between two pages. Then the rest of its key comes again.
  const from = entries.findIndex((entry) => byBytes(nameOf(entry), keyMarker) >= (idMarker === '' ? 1 : 0));
  return from < 0 ? entries.length : from;
}

function shownVersion(
  { version: { key, id, stored, at }, isLatest }: Extract<Entry, { version: Version }>,
  shown: (name: string, text: string) => string,
): string {
  const named = [
    shown('Key', key),
    textElement('VersionId', id),
    element('IsLatest', String(isLatest)),
    element('LastModified', listedTime(at)),
  ];
  if (stored === undefined) return element('DeleteMarker', named.join(''));
  const { etag, contentLength } = stored;
  const details = [
    textElement('ETag', etag),
    element('Size', String(contentLength)),
    element('StorageClass', 'STANDARD'),
  ];
  return element('Version', [...named, ...details].join(''));
}
